import type { LintClient } from '../client-answers.ts';
import type { KeaValue } from './kea-json.ts';
import { holdsInKea } from './kea-test.ts';

/** A word of the configuration with the line that says it. */
export interface Said {
  readonly text: string;
  readonly line: number;
}

/** A line of the configuration, as evidence. */
export type LineAt = (line: number) => { readonly file: string; readonly line: number; readonly raw: string };

/** Where a boot file is named: in a class, a subnet, a network of subnets, or for all. */
interface Scope {
  readonly field?: Said | undefined;
  readonly option67?: Said | undefined;
  readonly nextServer?: Said | undefined;
}

export interface KeaClass extends Scope {
  readonly name: string;
  readonly line: number;
  readonly test?: Said | undefined;
}

export interface KeaSubnet {
  readonly subnet: Said;
  readonly pools: readonly Said[];
  /** the inmost first */
  readonly scopes: readonly Scope[];
}

export interface KeaModel {
  readonly classes: readonly KeaClass[];
  readonly subnets: readonly KeaSubnet[];
  readonly global: Scope;
  /** names in option-data, wherever they stand */
  readonly optionNames: readonly Said[];
  /** values of next-server, wherever they stand */
  readonly nextServers: readonly Said[];
}

/** What a client is told in one subnet. */
export interface KeaAnswer {
  readonly file?: Said | undefined;
  readonly nextServer?: Said | undefined;
  /** classes that decide about it, and of which nobody here can tell whether it is in them */
  readonly unknown: readonly KeaClass[];
}

/** Finds what decides about boot files; a configuration may be a part, without "Dhcp4" around it. */
export function modelOf(root: KeaValue): KeaModel {
  const dhcp = get(root, 'Dhcp4') ?? root;
  const global = scopeOf(dhcp);
  const shared = listOf(dhcp, 'shared-networks').flatMap((network) =>
    listOf(network, 'subnet4').map((subnet) => subnetOf(subnet, [scopeOf(network), global])),
  );
  return {
    classes: listOf(dhcp, 'client-classes').map((one) => ({
      ...scopeOf(one),
      name: textOf(get(one, 'name'))?.text ?? '',
      line: one.line,
      test: textOf(get(one, 'test')),
    })),
    subnets: [...listOf(dhcp, 'subnet4').map((subnet) => subnetOf(subnet, [global])), ...shared],
    global,
    optionNames: namesIn(dhcp),
    nextServers: nextServersIn(dhcp),
  };
}

/** A class's field comes before a subnet's, and a subnet's option before a class's (Kea ARM, classification). */
export function answerIn(
  model: KeaModel,
  { scopes }: Pick<KeaSubnet, 'scopes'>,
  client: LintClient,
): KeaAnswer {
  const members = new Map<string, boolean | undefined>();
  const isIn = ({ name, test }: KeaClass): boolean | undefined => {
    const isMember =
      test === undefined
        ? false
        : holdsInKea(test.text, client, (other) => members.get(other) ?? builtIn(other, client));
    members.set(name, isMember);
    return isMember;
  };
  const judged = model.classes.map((one) => ({ one, isMember: isIn(one) }));
  const unknown = judged.flatMap(({ one, isMember }) =>
    isMember === undefined && (one.field ?? one.option67 ?? one.nextServer) !== undefined ? [one] : [],
  );
  const own = judged.flatMap(({ one, isMember }) => (isMember === true ? [one] : []));
  const pick = (from: readonly Scope[], what: keyof Scope): Said | undefined =>
    from.map((scope) => scope[what]).find((said) => said !== undefined && said.text !== '');
  const networks = scopes.filter((scope) => scope !== model.global);
  return {
    file: pick([...networks, ...own, model.global], 'option67') ?? pick([...own, ...scopes], 'field'),
    nextServer: pick([...own, ...scopes], 'nextServer'),
    unknown,
  };
}

/** Classes that Kea makes itself. */
function builtIn(name: string, client: LintClient): boolean | undefined {
  if (name === 'ALL') return true;
  const vendor = /^VENDOR_CLASS_(.*)$/.exec(name)?.[1];
  if (vendor === undefined) return name === 'KNOWN' || name === 'UNKNOWN' ? undefined : false;
  return vendor.startsWith('PXEClient:Arch:')
    ? vendor.includes(`:${String(client.architecture).padStart(5, '0')}`)
    : false;
}

function subnetOf(value: KeaValue, outer: readonly Scope[]): KeaSubnet {
  return {
    subnet: textOf(get(value, 'subnet')) ?? { text: '', line: value.line },
    pools: listOf(value, 'pools').flatMap((pool) => textOf(get(pool, 'pool')) ?? []),
    scopes: [scopeOf(value), ...outer],
  };
}

function scopeOf(value: KeaValue): Scope {
  const options = listOf(value, 'option-data');
  const option = (name: string, code: string): Said | undefined =>
    options
      .filter((one) => textOf(get(one, 'name'))?.text === name || textOf(get(one, 'code'))?.text === code)
      .map((one) => textOf(get(one, 'data')))
      .find((said) => said !== undefined);
  const nextServer = textOf(get(value, 'next-server'));
  return {
    field: textOf(get(value, 'boot-file-name')),
    option67: option('boot-file-name', '67'),
    nextServer:
      nextServer?.text === '0.0.0.0'
        ? undefined
        : (nextServer ?? option('tftp-server-name', '66') ?? option('tftp-servers', '150')),
  };
}

function namesIn(value: KeaValue): readonly Said[] {
  const own = listOf(value, 'option-data').flatMap((one) => textOf(get(one, 'name')) ?? []);
  const inner = [...(value.members?.values() ?? []), ...(value.list ?? [])].flatMap(namesIn);
  return [...own, ...inner];
}

function nextServersIn(value: KeaValue): readonly Said[] {
  const inner = [...(value.members?.values() ?? []), ...(value.list ?? [])].flatMap(nextServersIn);
  return [...[textOf(get(value, 'next-server')) ?? []].flat(), ...inner];
}

function get(value: KeaValue | undefined, name: string): KeaValue | undefined {
  return value?.members?.get(name);
}

function listOf(value: KeaValue, name: string): readonly KeaValue[] {
  return get(value, name)?.list ?? [];
}

function textOf(value: KeaValue | undefined): Said | undefined {
  return value?.scalar === undefined ? undefined : { text: value.scalar, line: value.line };
}
