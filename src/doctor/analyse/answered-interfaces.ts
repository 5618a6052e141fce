import type { ServerProblem } from './observation.ts';

/** Interfaces named by a VLAN, a bridge or a card: a hostile log has any number of names. */
const MAX_INTERFACES = 200;

/** What is no more a fault of an interface once clients were answered there. */
const OF_AN_INTERFACE: ReadonlySet<string> = new Set([
  'interface-missing',
  'unknown-interface',
  'interface-without-address',
  'no-address-range',
]);
/** What dnsmasq says of each packet that reaches it where it is not to answer. */
const OF_IDLE_ONES: ReadonlySet<string> = new Set(['interface-without-address', 'no-address-range']);

/** Interfaces on which dnsmasq answers clients: they tell which of its complaints are about a boot. */
export class AnsweredInterfaces {
  readonly #names = new Set<string>();

  take(interfaceName: string | undefined): void {
    if (interfaceName !== undefined && this.#names.size < MAX_INTERFACES) this.#names.add(interfaceName);
  }

  /** The complaints that are left; those about interfaces beside the one that serves are only told. */
  settle(problems: readonly ServerProblem[]): readonly ServerProblem[] {
    if (this.#names.size === 0) return problems;
    return problems.flatMap((seen) => {
      const { problem, subject = '', server } = seen;
      if (server !== undefined || !OF_AN_INTERFACE.has(problem)) return [seen];
      if (this.#names.has(subject)) return [];
      return [OF_IDLE_ONES.has(problem) ? { ...seen, isBeside: true } : seen];
    });
  }
}
