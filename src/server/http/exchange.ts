import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BootEventType, EventDetail } from '../../model/boot-event.ts';
import { printable } from '../../model/printable.ts';
import type { MacAddress } from '../../protocol/addresses.ts';

/** One request with its answer, and the events that tell of it. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** decoded, without the query: a query may hold secrets */
  path = '';
  /** which machine the client says it is */
  askedAs: MacAddress | undefined;
  readonly #emit: (type: BootEventType, detail: EventDetail) => void;
  readonly #startedMs = performance.now();

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    emit: (type: BootEventType, detail: EventDetail) => void,
  ) {
    this.request = request;
    this.response = response;
    this.#emit = emit;
  }

  get userAgent(): string {
    return printable(this.request.headers['user-agent'] ?? '', 200);
  }

  get isHead(): boolean {
    return this.request.method === 'HEAD';
  }

  emit(type: BootEventType, detail: EventDetail): void {
    const askedAs = this.askedAs === undefined ? {} : { askedAs: this.askedAs };
    this.#emit(type, { path: printable(this.path), ...askedAs, ...detail, ...this.#client() });
  }

  /** An event at the end of the exchange, with the time it took. */
  emitEnd(type: BootEventType, detail: EventDetail): void {
    this.emit(type, { ...detail, durationMs: Math.round(performance.now() - this.#startedMs) });
  }

  /** Answers with a status and one line of text. */
  answerText(status: number, text: string): void {
    const body = Buffer.from(`${text}\n`);
    this.response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    this.response.end(this.isHead ? undefined : body);
  }

  /** Answers with an error and tells of it. */
  refuse(status: number, message: string): void {
    this.answerText(status, message);
    this.emit('http.error', { status, reason: 'refused', message: printable(message) });
  }

  #client(): EventDetail {
    return this.userAgent === '' ? {} : { userAgent: this.userAgent };
  }
}
