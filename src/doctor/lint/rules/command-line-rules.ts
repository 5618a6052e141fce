import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { hasCommandLine } from '../command-line.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

const OPTION = /^\s*--[a-z][a-z0-9-]*/;
/** Without them dnsmasq boots nobody; of the others it can do without. */
const OF_BOOT =
  /^\s*--(?:dhcp-(?:range|boot|match|userclass|vendorclass|option)|pxe-|enable-tftp|tftp-root|port)\b/;

/** Lines of a shell command whose end is cut off: the line before has no backslash at its end, or is a comment. */
export function lostOptions({ config, reader }: LintInput): Finding[] {
  return config.files.paths.flatMap((file) => {
    const text = reader.read(file) ?? '';
    const lines = text.split(/\r?\n/);
    const isShell = lines.some((line) => OPTION.test(line) && /\\\s*$/.test(line));
    if (!isShell || !hasCommandLine(text)) return [];
    const at = lines.findIndex((line, index) => {
      const before = lines[index - 1] ?? '';
      const isOpen = /\\\s*$/.test(before) && !/^\s*#/.test(before);
      return OPTION.test(line) && index > 0 && before.trim() !== '' && !isOpen;
    });
    const [before = '', raw = ''] = [lines[at - 1], lines[at]];
    if (at < 1) return [];
    const end = lines.findIndex((line, index) => index > at && !OPTION.test(line));
    const lost = lines.slice(at, end < 0 ? undefined : end);
    const isComment = /^\s*#/.test(before);
    const option = OPTION.exec(raw)?.[0].trim() ?? '';
    const place = { file, line: at, raw: before.trim() };
    return [
      lintFinding(
        'config-unreadable',
        [place, { file, line: at + 1, raw: raw.trim() }],
        isComment ? [] : [{ at: place, lines: [`${before.trim()} \\`] }],
        {
          severity: lost.some((line) => OF_BOOT.test(line)) ? 'error' : 'warning',
          title: `the command ends before ${option}: dnsmasq never gets it`,
          cause: isComment
            ? 'A comment in the middle of a command ends it: the shell takes what follows for a command of its own.'
            : 'A line of a command that goes on must end in a backslash: the shell takes what follows for a command of its own.',
          ...(isComment ? { mends: [words('take the line with # out of the command')] } : {}),
        },
      ),
    ];
  });
}
