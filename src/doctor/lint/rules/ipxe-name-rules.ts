import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { isSlip, nearestWord } from '../../../model/nearest-word.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { IPXE_SETTINGS } from '../script-words.ts';
import { lineEdit, lineEvidence, type BootScriptInput } from '../script-lines.ts';

/** What is chosen from, and the setting that takes the choice, up to the next command of the line. */
const CHOOSE = /(?:^|\s)choose\s+((?:(?!\s(?:&&|\|\|))[^])*)/;

/** A name in a script, and the line that has it. */
interface Named {
  readonly name: string;
  readonly index: number;
  readonly raw: string;
}

/** Labels that a script jumps to and does not have, and variables that it means and does not set. */
export function lintIpxeNames(input: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  return [...missingLabels(input, lines), ...misspeltVariables(input, lines)];
}

/** Variables that no line sets and that iPXE has not itself: an all-clear would be one for whatever they hold. */
export function variableLimits(text: string): readonly string[] {
  const needed = variablesOf(text.split(/\r?\n/)).unset.filter((one) => !mayBeEmpty(one));
  const names = [...new Set(needed.map(({ name }) => `\${${name}}`))];
  if (names.length === 0) return [];
  return [`no line here sets ${names.slice(0, 5).join(', ')}: what loads this script must, or DHCP`];
}

/** A text for people, or a word of its own among the arguments of a kernel. */
function mayBeEmpty({ name, raw }: Named): boolean {
  if (/^\s*(?:echo|item|menu|prompt)\b/.test(raw)) return true;
  return new RegExp(
    `^\\s*(?:kernel|imgargs|boot|chain)\\s+\\S+\\s(?:.*\\s)?\\$\\{${escaped(name)}\\}(?:\\s|$)`,
  ).test(raw);
}

function linesOf(lines: readonly string[]): readonly Named[] {
  return lines.flatMap((raw, index) => {
    const name = raw.trim();
    return name === '' || name.startsWith('#') ? [] : [{ name, index, raw }];
  });
}

function missingLabels({ path }: BootScriptInput, lines: readonly string[]): Finding[] {
  const labels = new Set(lines.flatMap((line) => /^\s*:(\S+)/.exec(line)?.[1] ?? []));
  const seen = new Set<string>();
  const all = [...jumpsOf(lines), ...menuTargets(lines)];
  return all.flatMap(({ name, index, raw }) => {
    if (labels.has(name) || seen.has(name)) return [];
    seen.add(name);
    const isItem = /^\s*item\b/.test(raw);
    const used = new Set(all.map((one) => one.name));
    const meant = nearestWord(
      name,
      [...labels].filter((label) => !used.has(label)),
    );
    const corrected = meant === undefined ? undefined : raw.trim().replace(wordOf(name), `$1${meant}`);
    return [
      makeFinding('script-label-missing', [lineEvidence(path, index, raw)], {
        // a way out of a failure is not on the way of a boot
        ...(/\|\|\s*goto\s/.test(raw) ? { severity: 'warning' } : {}),
        title: `${isItem ? `the menu's item ${name}` : 'the script'} goes to :${name}, and no line is that label`,
        mends:
          corrected === undefined
            ? [words(`write a line :${name} before what ${isItem ? 'this item starts' : 'follows it'}`)]
            : [lineEdit(path, index, raw, [corrected])],
      }),
    ];
  });
}

/** `goto LABEL`; one behind which a line goes on with || has an answer to a label that is not there. */
function jumpsOf(lines: readonly string[]): readonly Named[] {
  return linesOf(lines).flatMap(({ name: text, index, raw }) => {
    const jumps = [...text.matchAll(/(?:^|\s)goto\s+([\w.-]+)(?=\s|$)(?!\s*\|\|)/g)];
    return jumps.map(([, name = '']) => ({ name, index, raw }));
  });
}

/** The items of menus whose choice is a label to go to. */
function menuTargets(lines: readonly string[]): readonly Named[] {
  const targets: Named[] = [];
  let items: Named[] = [];
  const commands = linesOf(lines);
  commands.forEach(({ name: text, index, raw }, at) => {
    if (/^(?:menu|form)\b/.test(text)) items = [];
    const item = /^item\s+((?:--?(?:menu|key|default|m|k|d)(?:\s+|=)\S+\s+)*)([\w.-]+)(?:\s|$)/.exec(text);
    if (item && !item[2]?.startsWith('-')) items.push({ name: item[2] ?? '', index, raw });
    const choice = CHOOSE.exec(text)?.[1]?.trimEnd().split(/\s+/).at(-1);
    if (choice === undefined) return;
    // what is done with the choice, up to the next menu
    const end = commands.findIndex(
      (one, other) => other > at && /^(?:menu|form)\b|\bchoose\s/.test(one.name),
    );
    const after = commands.slice(at, end < 0 ? undefined : end);
    const isJump = after.some(({ name }) =>
      new RegExp(`\\bgoto\\s+\\$\\{${escaped(choice)}\\}(?!\\S|\\s*\\|\\|)`).test(name),
    );
    const elsewhere = new Set(
      after.flatMap(
        ({ name }) => new RegExp(`\\biseq\\s+\\$\\{${escaped(choice)}\\}\\s+(\\S+)`).exec(name)?.[1] ?? [],
      ),
    );
    if (isJump) targets.push(...items.filter(({ name }) => !elsewhere.has(name)));
    items = [];
  });
  return targets;
}

/** A variable that is one slip away from one that the script sets: it is empty where it is used. */
function misspeltVariables({ path }: BootScriptInput, lines: readonly string[]): Finding[] {
  const { set, unset } = variablesOf(lines);
  return [...new Set(unset.map(({ name }) => name))].flatMap((name) => {
    const meant = [...set].find((one) => isSlip(one, name));
    if (meant === undefined) return [];
    const uses = unset.filter((one) => one.name === name);
    return [
      makeFinding(
        'script-variable-unset',
        uses.map(({ index, raw }) => lineEvidence(path, index, raw)),
        {
          title: `the variable ${name} is used and set nowhere; ${meant} is`,
          mends: uses.map(({ index, raw }) =>
            lineEdit(path, index, raw, [raw.trim().replaceAll(`\${${name}`, `\${${meant}`)]),
          ),
        },
      ),
    ];
  });
}

/** What a script sets, and where it uses what nobody sets. A name that is made up as it runs may be any. */
function variablesOf(lines: readonly string[]): {
  readonly set: ReadonlySet<string>;
  readonly unset: readonly Named[];
} {
  const set = new Set<string>();
  const asked = new Set<string>();
  let isForm = false;
  for (const { name: text } of linesOf(lines)) {
    if (/(?:^|\s)(?:set|inc|read)\s+\S*\$\{/.test(text)) return { set, unset: [] };
    for (const [, name = ''] of text.matchAll(
      /(?:^|\s)(?:set|read|inc|nslookup|pciscan|usbscan|--set)\s+([\w./:-]+)/g,
    ))
      set.add(bare(name));
    for (const [, words = ''] of text.matchAll(new RegExp(CHOOSE, 'g')))
      set.add(bare(words.trimEnd().split(/\s+/).at(-1) ?? ''));
    if (/^(?:menu|form)\b/.test(text)) isForm = text.startsWith('form');
    const field = isForm ? /^item\s+(?:--\S+\s+)*([\w./:-]+)/.exec(text)?.[1] : undefined;
    if (field !== undefined) set.add(bare(field));
    // a script that asks whether it is set knows that it may not be
    for (const [, name = ''] of text.matchAll(/\bisset\s+\$\{([\w.-]+)(?:[^\w.{}-][^{}]*)?\}/g))
      asked.add(name);
  }
  const unset = linesOf(lines).flatMap(({ name: text, index, raw }) =>
    [...text.matchAll(/\$\{([^${}]+)\}/g)].flatMap(([, written = '']) => {
      const name = bare(written);
      const isKnown =
        set.has(name) || asked.has(name) || IPXE_SETTINGS.has(name) || !/^[A-Za-z][\w-]*$/.test(name);
      return isKnown ? [] : [{ name, index, raw }];
    }),
  );
  return { set, unset };
}

/** Without the type behind it: `uuid:hexraw`. */
function bare(name: string): string {
  return name.split(':')[0] ?? name;
}

/** A name as a word of its own behind goto or item. */
function wordOf(name: string): RegExp {
  return new RegExp(`(\\s)${escaped(name)}(?=\\s|$)`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
