import { isMap, parseDocument, type Document } from 'yaml';
import type { LeaseTerms } from './lease-terms.ts';
import { AUTO } from '../../model/own-network.ts';
import { NETWORK_MODES, type NetworkMode } from '../../model/config.ts';

/** What init finds out or is told; all else in a file is none of its business. */
export interface FoundNetwork {
  readonly interfaceName: string;
  readonly address: string;
  readonly prefix: number;
  readonly mode: NetworkMode;
  /** it is to stand there as what the interface has at each up */
  readonly isAddressAuto: boolean;
  readonly range?: string;
  /** what stands in the file already stays, but for what was asked for */
  readonly isKept: (key: 'interface' | 'address' | 'mode' | 'range') => boolean;
  /** what leases name; undefined in mode proxy */
  readonly terms?: Pick<LeaseTerms, 'router' | 'nameServers'>;
}

/** What a file says of its network, as far as it can be read. */
export function networkOf(text: string): {
  readonly interfaceName?: string;
  readonly address?: string;
  readonly mode?: NetworkMode;
  readonly range?: string;
} {
  const document = parseDocument(text);
  if (!isMap(document.get('network'))) return {};
  const read = (key: string): string | undefined => {
    const value = document.getIn(['network', key]);
    return typeof value === 'string' ? value : undefined;
  };
  const said = (key: string): string | undefined => (read(key) === AUTO ? undefined : read(key));
  const [interfaceName, address, range] = [said('interface'), said('address'), read('range')];
  const mode = NETWORK_MODES.find((one) => one === read('mode'));
  return {
    ...(interfaceName === undefined ? {} : { interfaceName }),
    ...(address === undefined ? {} : { address }),
    ...(mode === undefined ? {} : { mode }),
    ...(range === undefined ? {} : { range }),
  };
}

/** Writes what was found into `network:`; a value that says the same already is left as it is written. */
export function mergeNetwork(document: Document, found: FoundNetwork): void {
  if (!isMap(document.get('network'))) document.set('network', document.createNode({}));
  type Key = Parameters<FoundNetwork['isKept']>[0];
  const set = (key: Key, value: string, same: readonly string[] = [value]): void => {
    const there = document.getIn(['network', key]);
    if (there !== undefined && found.isKept(key)) return;
    if (typeof there === 'string' && same.includes(there)) return;
    document.setIn(['network', key], value);
  };
  const address = `${found.address}/${found.prefix}`;
  // a router that somebody wrote down for this network is right until it is another network
  const isMoved = ![address, found.address, AUTO].includes(String(document.getIn(['network', 'address'])));
  const setTerm = (key: string, value: string | readonly string[] | undefined): void => {
    if (document.getIn(['network', key]) !== undefined && !isMoved) return;
    if (value === undefined) document.deleteIn(['network', key]);
    else document.setIn(['network', key], document.createNode(value, { flow: true }));
  };
  set('interface', found.interfaceName, [found.interfaceName, AUTO]);
  if (found.isAddressAuto) set('address', AUTO);
  else set('address', address, [address, found.address, AUTO]);
  set('mode', found.mode);
  // the range of a mode that leases stays, for whoever switches back
  if (found.range !== undefined) set('range', found.range);
  if (found.terms !== undefined) {
    const { router, nameServers } = found.terms;
    setTerm('router', router);
    setTerm('nameServers', nameServers.length === 0 ? undefined : nameServers);
  }
  if (document.get('version') === undefined) document.set('version', 1);
}
