import type { EventSink } from '../model/boot-event.ts';
import { machineAskedAs } from '../model/served-path.ts';
import { networkContains, type Ipv4Network } from '../protocol/addresses.ts';

/**
 * Adds to events from behind a relay, where no table shows the card, which machine the client says it is (`askedAs`): enough to
 * follow its boot, and nothing that is decided by. Elsewhere what a client says of itself is not told.
 */
export function withRelayedNames(sink: EventSink, relayed: () => readonly Ipv4Network[]): EventSink {
  return {
    emit(event) {
      const { askedAs: said, ...detail } = event.detail ?? {};
      const { mac, ip } = event;
      const isNameless =
        mac === undefined && ip !== undefined && relayed().some((network) => networkContains(network, ip));
      const askedAs = isNameless ? (said ?? machineAskedAs(String(detail['path'] ?? ''))) : undefined;
      sink.emit({ ...event, detail: askedAs === undefined ? detail : { ...detail, askedAs } });
    },
  };
}
