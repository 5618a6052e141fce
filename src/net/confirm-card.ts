import { networkInterfaces } from 'node:os';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { openArpSocket, type ArpSocket } from './arp-socket.ts';

/** `unknown`: this system cannot ask (koffi, CAP_NET_RAW) */
export type CardAnswer = 'confirmed' | 'another' | 'silent' | 'unknown';

export interface CardAskerOptions {
  readonly interfaceName: string;
  /** an emulated machine on a busy host may stand still for seconds */
  readonly waitMs?: number;
}

const WAIT_MS = 5_000;
const ASK_EVERY_MS = 500;
const POLL_MS = 5;
/** how long the right card is waited for when another one has answered */
const OTHERS_MS = 1_500;

/** One question that waits for its answer, whoever of how many asked it. */
interface OpenQuestion {
  readonly address: Ipv4Address;
  readonly mac: MacAddress;
  readonly localMac: MacAddress;
  readonly answer: Promise<CardAnswer>;
  readonly end: (answer: CardAnswer) => void;
  untilMs: number;
  nextAskMs: number;
  hasAnother: boolean;
}

/**
 * Asks the segment whose an address is. The neighbour table of a moment is written by any ARP packet, whoever sends it: here the
 * frame that answers must come from the very card, so that only who takes its MAC address for his own is taken for it, which
 * switches can see and refuse. An ARP Probe (RFC 5227) changes nobody's table.
 *
 * All questions share one socket, which stays open: closing one waits in the kernel until no packet is under way in it
 * (16 ms and more), and with it everything that this process serves. Who asks what is asked already waits for that answer.
 */
export class CardAsker {
  readonly #open = new Map<string, OpenQuestion>();
  #socket: Promise<ArpSocket | undefined> = Promise.resolve(undefined);
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: CardAskerOptions) {}

  /** @param mac what the neighbour table says */
  confirm(address: Ipv4Address, mac: MacAddress): Promise<CardAnswer> {
    const running = this.#open.get(`${address} ${mac}`);
    return running === undefined ? this.#ask(address, mac) : running.answer;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const question of this.#open.values()) this.#end(question, 'unknown');
    (await this.#socket)?.close();
  }

  async #ask(address: Ipv4Address, mac: MacAddress): Promise<CardAnswer> {
    const { interfaceName, waitMs = WAIT_MS } = this.options;
    const localMac = networkInterfaces()[interfaceName]?.[0]?.mac as MacAddress | undefined;
    if (localMac === undefined) return 'unknown';
    this.#socket = this.#socketOfNow(this.#socket);
    const socket = await this.#socket;
    if (socket === undefined) return 'unknown';
    // somebody may have asked the same while the socket was opened
    const running = this.#open.get(`${address} ${mac}`);
    if (running !== undefined) return running.answer;
    // what came while nobody asked answers nothing
    if (this.#open.size === 0) socket.read();
    let end: OpenQuestion['end'] = () => undefined;
    const answer = new Promise<CardAnswer>((resolve) => (end = resolve));
    const untilMs = performance.now() + waitMs;
    const question = { address, mac, localMac, answer, end, untilMs, nextAskMs: 0, hasAnother: false };
    this.#open.set(`${address} ${mac}`, question);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(socket), POLL_MS);
    return answer;
  }

  /** An interface that was taken away and made again has another index: the socket before it hears nothing any more. */
  async #socketOfNow(before: Promise<ArpSocket | undefined>): Promise<ArpSocket | undefined> {
    const socket = await before;
    if (socket?.isOfInterface() === true) return socket;
    socket?.close();
    return openArpSocket(this.options.interfaceName);
  }

  #look(socket: ArpSocket): void {
    for (const { senderAddress, senderMac, frameSource } of socket.read()) {
      for (const question of this.#open.values()) {
        if (senderAddress !== question.address) continue;
        // a machine with two cards on the segment answers with both, each for itself
        if (senderMac === question.mac && frameSource === question.mac) this.#end(question, 'confirmed');
        else if (!question.hasAnother) {
          question.hasAnother = true;
          question.untilMs = Math.min(question.untilMs, performance.now() + OTHERS_MS);
        }
      }
    }
    const nowMs = performance.now();
    for (const question of this.#open.values()) {
      if (nowMs >= question.untilMs) this.#end(question, question.hasAnother ? 'another' : 'silent');
      else if (nowMs >= question.nextAskMs) {
        socket.ask(question.localMac, question.address);
        question.nextAskMs = nowMs + ASK_EVERY_MS;
      }
    }
    if (this.#open.size === 0) clearInterval(this.#timer);
  }

  #end(question: OpenQuestion, answer: CardAnswer): void {
    this.#open.delete(`${question.address} ${question.mac}`);
    question.end(answer);
  }
}
