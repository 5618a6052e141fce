import type { LintClient } from './client-answers.ts';

/**
 * What a client of network boot sends in an option, bytes as text: null for one that it does not send, undefined where
 * that is not known.
 */
export function optionOfClient(
  code: number | undefined,
  { architecture, isIpxe }: LintClient,
): string | null | undefined {
  switch (code) {
    case 60: {
      const isHttp = architecture >= 15 && architecture <= 20;
      const arch = String(architecture).padStart(5, '0');
      return `${isHttp ? 'HTTPClient' : 'PXEClient'}:Arch:${arch}:UNDI:003016`;
    }
    case 77:
      return isIpxe ? 'iPXE' : null;
    case 93:
      return String.fromCharCode(architecture >> 8, architecture & 255);
    case 175:
      return isIpxe ? '\u00b1' : null;
    default:
      return undefined;
  }
}
