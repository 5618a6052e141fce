/** Words that take something away for good, end what somebody else runs, or switch a safeguard off. */
export const DESTRUCTIVE = new RegExp(
  [
    String.raw`\brmi?\b|\bunlink\b|\brmdir\b|\bshred\b|\btruncate\b|\bmkfs|\bdd (if|of)=|\bwipefs\b|\b(s|c|)fdisk\b`,
    String.raw`\bdelete\b|\berase\b|\bprune\b|\bgit (reset|clean)\b|\bp?kill(all)?\b|\bchown\b|\bchmod (-R )?\d*[67]{2}\b`,
    String.raw`--insecure|\b(iptables|nft) (-F|-X|-P|flush)|\bufw disable\b|\bsetenforce\b|\bsystemctl (disable|mask)\b`,
  ].join('|'),
  'i',
);
