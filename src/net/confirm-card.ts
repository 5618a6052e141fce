import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { openArpSocket } from './arp-socket.ts';

/** `unknown`: this system cannot ask (koffi, CAP_NET_RAW) */
export type CardAnswer = 'confirmed' | 'another' | 'silent' | 'unknown';

export interface ConfirmCardOptions {
  readonly interfaceName: string;
  readonly address: Ipv4Address;
  /** what the neighbour table says */
  readonly mac: MacAddress;
  /** an emulated machine on a busy host may stand still for seconds */
  readonly waitMs?: number;
}

const WAIT_MS = 5_000;
const ASK_EVERY_MS = 500;
const POLL_MS = 5;
/** how long the right card is waited for when another one has answered */
const OTHERS_MS = 1_500;

/**
 * Asks the segment whose an address is. The neighbour table of a moment is written by any ARP packet, whoever sends it: here the
 * frame that answers must come from the very card, so that only who takes its MAC address for his own is taken for it, which
 * switches can see and refuse. An ARP Probe (RFC 5227) changes nobody's table.
 */
export async function confirmCard(options: ConfirmCardOptions): Promise<CardAnswer> {
  const { interfaceName, address, mac, waitMs = WAIT_MS } = options;
  const localMac = networkInterfaces()[interfaceName]?.[0]?.mac as MacAddress | undefined;
  const socket = localMac === undefined ? undefined : await openArpSocket(interfaceName);
  if (localMac === undefined || socket === undefined) return 'unknown';
  try {
    let until = performance.now() + waitMs;
    let nextAskMs = 0;
    let hasAnother = false;
    while (performance.now() < until) {
      if (performance.now() >= nextAskMs) {
        socket.ask(localMac, address);
        nextAskMs = performance.now() + ASK_EVERY_MS;
      }
      await sleep(POLL_MS);
      for (const { senderAddress, senderMac, frameSource } of socket.read()) {
        if (senderAddress !== address) continue;
        // a machine with two cards on the segment answers with both, each for itself
        if (senderMac === mac && frameSource === mac) return 'confirmed';
        if (!hasAnother) until = Math.min(until, performance.now() + OTHERS_MS);
        hasAnother = true;
      }
    }
    return hasAnother ? 'another' : 'silent';
  } finally {
    socket.close();
  }
}
