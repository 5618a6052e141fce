import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { lineEdit, lineEvidence, type BootScriptInput } from '../script-lines.ts';
import { unknownLines } from '../script-words.ts';

/** Kernel arguments that never reach the kernel: they stand in a line of their own, or in an address. */
export function lostArguments(input: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  if (input.kind === 'ipxe') return argumentsInAddress(input, lines);
  return input.kind === 'pxelinux' ? brokenLines(input, lines) : [];
}

/** How a line begins that is the rest of the kernel arguments before it: name=value, or the end of a cut name. */
const REST = /^\s*(?:[a-z][\w.-]*=|\.[\w.]+=|[=,])/;

/** pxelinux reads no line that goes on in the next one. */
function brokenLines({ path, text, kind }: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  return unknownLines(text, kind).flatMap((index) => {
    const raw = lines[index] ?? '';
    const before = lines[index - 1] ?? '';
    if (!REST.test(raw) || !/^\s*append\s/i.test(before)) return [];
    const isCutWord = /^\s*[.=,]/.test(raw);
    const whole = `${before.trim()}${isCutWord ? '' : ' '}${raw.trim()}`;
    return [
      makeFinding('kernel-arguments-lost', [lineEvidence(path, index, raw)], {
        title: 'this line is the rest of the APPEND line before it: pxelinux leaves it out',
        cause:
          'APPEND ends with its line. pxelinux says "Unknown keyword in configuration file" and starts the kernel without these arguments.',
        mends: [lineEdit(path, index - 1, before, [whole]), lineEdit(path, index, raw, [])],
      }),
    ];
  });
}

/** A query of an address that is made of kernel arguments; `kernel=` beside them is a question to a web server. */
function queryOfArguments(line: string): string | undefined {
  const queries = line
    .split(/\s+/)
    .flatMap((word) => (word.includes('?') ? [word.slice(word.indexOf('?'))] : []));
  return queries.find((query) => ARGUMENT_BEHIND.test(query) && !/\bkernel=/.test(query));
}
const ARGUMENT_BEHIND =
  /.[?&](?:initrd=|vga=|console=|quiet\b|nomodeset\b|ramdisk_size=|splash\b|inst\.\w+=)/;

function argumentsInAddress({ path }: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  return lines.flatMap((raw, index) => {
    const query = /^\s*(?:kernel|chain|imgfetch|boot|imgexec|set)\s/.test(raw)
      ? queryOfArguments(raw)
      : undefined;
    if (query === undefined || /\.(?:php|ipxe|cgi|py|pl)\?/.test(raw)) return [];
    const inWords = query.slice(1).replaceAll('&', ' ');
    const isWholeAddress = /^\s*(?:kernel|imgfetch|boot)\s+\S+\s*$/.test(raw);
    return [
      makeFinding('kernel-arguments-lost', [lineEvidence(path, index, raw)], {
        title: 'kernel arguments stand in the address: the web server gets them, the kernel does not',
        cause:
          'What follows "?" is a part of the URL. The kernel starts without these arguments, under UEFI without initrd= too.',
        codes: [],
        mends: isWholeAddress
          ? [lineEdit(path, index, raw, [raw.trim().replace(query, ` ${inWords}`)])]
          : [
              words(
                `put blanks in the place of "?" and "&", so that the line that starts the kernel is: kernel URL ${inWords}`,
              ),
            ],
      }),
    ];
  });
}
