import type { SignatureFacts, SignatureState } from './signature-facts.ts';

/** Status lines that begin the verdict on one signature. GnuPG doc/DETAILS, "Signature related". */
const STATES: Readonly<Record<string, SignatureState>> = {
  GOODSIG: 'good',
  BADSIG: 'bad',
  EXPSIG: 'expired-signature',
  EXPKEYSIG: 'expired-key',
  REVKEYSIG: 'revoked-key',
};

/** ERRSIG return code 9: the public key is missing. */
const RC_NO_PUBKEY = '9';

/** RFC 9580 §9.5: hash algorithms that nobody should sign with any more; gpgv alone goes on taking SHA-1. */
const WEAK_DIGESTS: Readonly<Record<string, string>> = { '1': 'MD5', '2': 'SHA-1', '3': 'RIPEMD-160' };

interface Draft {
  state: SignatureState;
  keyId: string | undefined;
  fingerprint: string | undefined;
  userId: string | undefined;
  problem?: string;
}

/** Reads `--status-fd` output of gpgv. A signature counts as good only when VALIDSIG names its key. */
export function parseGpgStatus(output: string): SignatureFacts[] {
  const drafts: Draft[] = [];
  for (const line of output.split('\n')) {
    const match = /^\[GNUPG:\] (\S+) ?(.*)/s.exec(line);
    if (match === null) continue;
    const [, keyword = '', rest = ''] = match;
    const fields = rest.split(' ');
    const state = STATES[keyword];
    if (state !== undefined) {
      drafts.push({ state, keyId: fields[0], fingerprint: undefined, userId: fields.slice(1).join(' ') });
    } else if (keyword === 'ERRSIG') {
      const isUnknown = fields[5] === RC_NO_PUBKEY;
      drafts.push({
        state: isUnknown ? 'unknown-key' : 'unusable',
        keyId: fields[0],
        // newer versions add the fingerprint that the signature names
        fingerprint: fields[6] !== undefined && /^[0-9A-F]{40}$/.test(fields[6]) ? fields[6] : undefined,
        userId: undefined,
      });
    } else if (keyword === 'VALIDSIG') {
      const last = drafts.at(-1);
      // the last field is the primary key's fingerprint, the first the signing subkey's
      if (last === undefined) continue;
      last.fingerprint = fields[9] ?? fields[0];
      const weak = WEAK_DIGESTS[fields[7] ?? ''];
      if (weak === undefined) continue;
      last.state = 'unusable';
      last.problem = `it is made with ${weak}, which can be forged`;
    }
  }
  return drafts.map((draft) =>
    draft.state === 'good' && draft.fingerprint === undefined ? { ...draft, state: 'unusable' } : draft,
  );
}
