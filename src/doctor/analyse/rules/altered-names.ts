import type { Finding } from '../../../model/finding.ts';
import { bootFileOf, type TftpRead } from '../observation.ts';
import { bootAnswerOf, clientFinding, type PhaseContext } from '../phase-context.ts';

/** A file that is asked for by another name than anybody gave. */
export function alteredName(context: PhaseContext, path: string, read: TftpRead): Finding {
  const answer = bootAnswerOf(context.phase);
  const evidence = [...(answer && bootFileOf(answer) !== undefined ? [answer.evidence] : []), read.evidence];
  return clientFinding(context, 'file-name-altered', evidence, {
    title: `the client asks for ${printable(path)}, which nobody named so`,
  });
}

/** Something was appended to the name: `.0` of a pxe-service without a dot, or the end mark of option 67. */
export function isAltered(path: string, told: string | undefined): boolean {
  if (/[\x00-\x1f\x7f\u0080-\uffff]/.test(path)) return true;
  return (
    /\.(?:k?pxe|efi)\.0$/.test(path) ||
    (told !== undefined && path === `${told}.0`) ||
    /^undionly\.0$/.test(path)
  );
}

/** Names come from the network: bounded, and without control characters. */
export function printable(text: string): string {
  const bounded = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return bounded.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
