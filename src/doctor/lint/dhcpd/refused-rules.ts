import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { nearestWord } from '../../../model/nearest-word.ts';
import { ipv4ToNumber, parseIpv4 } from '../../../protocol/addresses.ts';
import { lintFinding, type Edit } from '../lint-finding.ts';
import type { DhcpdStatement } from './dhcpd-syntax.ts';
import { everyStatement } from '../block-syntax.ts';
import { isOwnOption, OWN_OPTIONS } from './dhcpd-words.ts';

/** Statements with which dhcpd does not start, though each of their words is right. */
export function refusedStatements(statements: readonly DhcpdStatement[]): Finding[] {
  return [
    ...undefinedOptions(statements),
    ...statements.flatMap((one) => rangesOutside(one, undefined)),
    ...oldUpdateStyle(statements),
  ];
}

/** The option that a statement defines: `option NAME code N = …`. */
function definedBy({ words: said }: DhcpdStatement): string | undefined {
  return said[0] === 'option' && said[2] === 'code' ? said[1] : undefined;
}

/** Options that a statement speaks of. */
function optionsOf(statement: DhcpdStatement): readonly string[] {
  const { words: said } = statement;
  if (said[0] === 'option' && (said[1] === 'space' || definedBy(statement) !== undefined)) return [];
  return said.flatMap((word, index) => {
    const before = said[index - 1];
    const isNamed =
      before === 'option' || before === 'config-option' || (before === 'exists' && word !== 'option');
    return isNamed && /^[A-Za-z][\w.-]*$/.test(word) ? [word] : [];
  });
}

/** A file with more of them is no configuration. */
const MAX_TOLD = 20;

/** dhcpd reads from the top: an option must have its definition before it is spoken of. */
function undefinedOptions(statements: readonly DhcpdStatement[]): Finding[] {
  const all = everyStatement(statements);
  const later = new Set(all.flatMap((one) => definedBy(one) ?? []));
  const defined = new Set<string>();
  const spaces = new Set<string>();
  const told = new Set<string>();
  return all.flatMap((at) => {
    const own = definedBy(at);
    if (own !== undefined) defined.add(own);
    if (at.words[0] === 'option' && at.words[1] === 'space') spaces.add(at.words[2] ?? '');
    return optionsOf(at).flatMap((name) => {
      const isKnown = isOwnOption(name) || defined.has(name) || told.has(name);
      if (isKnown || told.size >= MAX_TOLD) return [];
      told.add(name);
      const isInSpace = name.includes('.') && spaces.has(name.split('.')[0] ?? '');
      const isLater = later.has(name);
      const edits = isLater || isInSpace ? [] : definition(statements, at, name);
      const move = `move its definition (option ${name} code …) to the top of the file`;
      const define = `define it at the top of the file: option ${name} code NUMBER = TYPE;`;
      return [
        lintFinding('config-unreadable', [at], edits, {
          title: `the option ${name} is defined ${isLater ? 'below the line that speaks of it' : 'nowhere'}`,
          cause:
            'dhcpd knows an option that is not in its own list (dhcp-options(5)) from its definition on. It does not start with this line.',
          ...(edits.length > 0 ? {} : { mends: [words(isLater ? move : define)] }),
        }),
      ];
    });
  });
}

/** What most likely is missing: the definition of option 93, or the name that dhcpd has for it. */
function definition(
  statements: readonly DhcpdStatement[],
  at: DhcpdStatement,
  name: string,
): readonly Edit[] {
  const [first] = statements;
  if (/arch/i.test(name) && !name.includes('.') && first !== undefined)
    return [{ at: first, lines: [`option ${name} code 93 = unsigned integer 16;`, first.raw] }];
  const meant = nearestWord(name, [...OWN_OPTIONS]);
  const isPlain = meant !== undefined && at.raw.split(name).length === 2;
  return isPlain ? [{ at, lines: [at.raw.replace(name, meant)] }] : [];
}

interface Subnet {
  readonly address: number;
  readonly mask: number;
  readonly text: string;
}

/** Ranges that are not in the network of their subnet. */
function rangesOutside(statement: DhcpdStatement, around: Subnet | undefined): readonly Finding[] {
  const { words: said, block } = statement;
  if (said[0] === 'range' && around) {
    const outside = said.slice(1).filter((word) => {
      const address = parseIpv4(word);
      return (
        address !== undefined && (ipv4ToNumber(address) & around.mask) !== (around.address & around.mask)
      );
    });
    if (outside.length === 0) return [];
    return [
      lintFinding('config-unreadable', [statement], [], {
        title: `the range begins or ends at ${outside.join(' and ')}, which is not in subnet ${around.text}`,
        cause: 'dhcpd does not start with it: "bad range, address … not in subnet …".',
        mends: [words('write addresses of this subnet, or correct the address behind subnet')],
      }),
    ];
  }
  const [address, mask] = [said[1], said[3]].map((word) => parseIpv4(word ?? ''));
  const own =
    said[0] === 'subnet' && address !== undefined && mask !== undefined
      ? {
          address: ipv4ToNumber(address),
          mask: ipv4ToNumber(mask),
          text: `${said[1] ?? ''} netmask ${said[3] ?? ''}`,
        }
      : around;
  return (block ?? []).flatMap((inner) => rangesOutside(inner, own));
}

/** `ddns-update-style ad-hoc` is gone since dhcpd 4.3. */
function oldUpdateStyle(statements: readonly DhcpdStatement[]): Finding[] {
  return everyStatement(statements)
    .filter(({ words: said }) => said[0] === 'ddns-update-style' && /^ad-hoc$/i.test(said[1] ?? ''))
    .map((at) =>
      lintFinding('config-unreadable', [at], [{ at, lines: [at.raw.replace(/ad-hoc/i, 'none')] }], {
        title: 'ddns-update-style ad-hoc is gone since dhcpd 4.3',
        cause: 'A newer dhcpd does not start with it: "ddns-update-style ad_hoc no longer supported".',
      }),
    );
}
