import { randomBytes, randomInt } from 'node:crypto';
import type { EventSink, NewBootEvent } from '../model/boot-event.ts';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';

/** Locally administered, and `pxe` in ASCII: no network card has it. */
const MAC_PREFIX = '02:70:78:65';

/** A MAC for one readiness check. */
export function readinessMac(): MacAddress {
  return `${MAC_PREFIX}:${randomBytes(2).toString('hex').replace(/^(..)/, '$1:')}` as MacAddress;
}

/** A transaction id for one exchange. */
export function readinessXid(): number {
  return randomInt(1, 0x1_0000_0000);
}

/** Whether this is the client that pxectl itself is when it looks whether an engine answers. */
export function isReadinessClient(mac: MacAddress): boolean {
  return mac.startsWith(MAC_PREFIX);
}

/** A sink that tells nothing of the readiness check, so that no machine appears which is not there. */
export interface ReadinessFilter extends EventSink {
  /** events of this address are dropped until `end`, and a moment longer: logs arrive late */
  begin(ownAddress: Ipv4Address): void;
  end(): void;
}

const LATE_MS = 3_000;

/** @see ReadinessFilter */
export function withoutReadinessEvents(sink: EventSink): ReadinessFilter {
  let ownAddress: Ipv4Address | undefined;
  const isOwn = (event: NewBootEvent): boolean =>
    (event.mac !== undefined && isReadinessClient(event.mac)) ||
    (ownAddress !== undefined && event.ip === ownAddress);
  return {
    emit(event) {
      if (!isOwn(event)) sink.emit(event);
    },
    begin(address) {
      ownAddress = address;
    },
    end() {
      const ended = ownAddress;
      setTimeout(() => {
        if (ownAddress === ended) ownAddress = undefined;
      }, LATE_MS).unref();
    },
  };
}
