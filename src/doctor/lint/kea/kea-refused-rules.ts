import type { Finding } from '../../../model/finding.ts';
import { command, words } from '../../../model/fix.ts';
import { parseIpv4 } from '../../../protocol/addresses.ts';
import { lintFinding } from '../lint-finding.ts';
import { isTemplateLine } from '../templates.ts';
import type { KeaClass, KeaModel, LineAt, Said } from './kea-answers.ts';

/** Classes that Kea makes itself (Kea ARM, built-in client classes). */
const OWN_CLASS = /^(?:ALL|KNOWN|UNKNOWN|BOOTP|DROP|SKIP_DDNS|(?:VENDOR_CLASS|HA|AFTER|EXTERNAL|SPAWN)_.*)$/;

/** What a class of this name is mostly meant to be. */
const MEANT_TEST = "option[77].hex == 'iPXE'";

/** What Kea does not start with, though it is JSON. */
export function refusedByKea(model: KeaModel, at: LineAt): readonly Finding[] {
  return [...namedServers(model, at), ...undefinedClasses(model, at)];
}

/** next-server is four bytes of the header: Kea looks no name up. */
function namedServers({ nextServers }: KeaModel, at: LineAt): readonly Finding[] {
  const wrong = nextServers.filter(
    ({ text, line }) =>
      parseIpv4(text) === undefined && !isToFill(text) && !isTemplateLine(at(line).raw, false),
  );
  return wrong.map(({ text, line }) =>
    lintFinding('config-unreadable', [at(line)], [], {
      title: `Kea does not start: next-server must be an IPv4 address, and "${text}" is none`,
      cause: 'Kea looks no name up, and has no server of its own for it: "Invalid next-server".',
      mends: [
        words('write the address of the TFTP server in its place'),
        command(`kea-dhcp4 -t ${at(line).file}`, 'then see whether Kea takes it'),
      ],
    }),
  );
}

function isToFill(text: string): boolean {
  return text === '' || /^@|^<|^[A-Z][A-Z0-9_]*$/.test(text);
}

/** A class that a test asks for must stand before it. */
function undefinedClasses(model: KeaModel, at: LineAt): readonly Finding[] {
  const later = new Set(model.classes.map(({ name }) => name));
  return undefinedMembers(model).map(({ text: name, line }) =>
    lintFinding('config-unreadable', [at(line)], [], {
      title: `Kea does not start: class ${name} is asked for and ${later.has(name) ? 'defined after this line' : 'not defined'}`,
      cause: `member('${name}') needs a class of that name before it: "Not defined client class".`,
      mends: [
        words(
          later.has(name)
            ? `move class ${name} before this one`
            : `define it before this one, in client-classes: { "name": "${name}", "test": "${isOfIpxe(name) ? MEANT_TEST : '…'}" }`,
        ),
        command(`kea-dhcp4 -t ${at(line).file}`, 'then see whether Kea takes it'),
      ],
    }),
  );
}

/** Names that tests ask for and that no class before them has, with the line of the first. */
function undefinedMembers({ classes }: Pick<KeaModel, 'classes'>): readonly Said[] {
  const defined = new Set<string>();
  const told = new Set<string>();
  return classes.flatMap(({ name, test }) => {
    const asked = [...(test?.text ?? '').matchAll(/\bmember\(\s*'([^']+)'\s*\)/g)].flatMap(([, one = '']) => {
      if (defined.has(one) || told.has(one) || OWN_CLASS.test(one)) return [];
      told.add(one);
      return [{ text: one, line: test?.line ?? 0 }];
    });
    defined.add(name);
    return asked;
  });
}

/** The classes with those before them that are meant to tell iPXE: nothing new shows once they are written. */
export function withMeantClasses(model: KeaModel): readonly KeaClass[] {
  const missing = undefinedMembers(model).filter(
    ({ text }) => isOfIpxe(text) && model.classes.every(({ name }) => name !== text),
  );
  return [
    ...missing.map(({ text: name, line }) => ({ name, line, test: { text: MEANT_TEST, line } })),
    ...model.classes,
  ];
}

function isOfIpxe(name: string): boolean {
  return /ipxe/i.test(name);
}
