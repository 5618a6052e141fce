import type { BootEvent } from '../model/boot-event.ts';

export type SeenEvent = BootEvent & { readonly id: number };

export interface StreamReader {
  onEvent(event: SeenEvent): void;
  /** some events are gone for good: what is known has to be asked for again */
  onGap(): void;
  onState(isLive: boolean): void;
}

const TRY_AGAIN_MS = 2_000;

/**
 * Events without a gap: a browser that lost its connection says where it was, and so does a page that was out of sight, which
 * holds none (browsers have six for each server).
 */
export class EventStream {
  #source: EventSource | undefined;
  #timer = 0;
  /** the last one that was seen */
  #after: number | undefined;

  constructor(
    private readonly reader: StreamReader,
    /** of what was, so many events come first */
    private readonly recent: number,
  ) {
    document.addEventListener('visibilitychange', () => this.#follow());
    this.#follow();
  }

  #follow(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    if (document.visibilityState === 'hidden') return;
    const from = this.#after === undefined ? `recent=${this.recent}` : `after=${this.#after}`;
    const source = new EventSource(`api/v1/events?${from}`);
    source.onopen = () => this.reader.onState(true);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as SeenEvent;
      this.#after = event.id;
      this.reader.onEvent(event);
    };
    source.addEventListener('gap', () => this.reader.onGap());
    source.onerror = () => {
      this.reader.onState(false);
      // a browser comes back by itself, but not after an answer that was no stream
      if (source.readyState !== EventSource.CLOSED) return;
      this.#timer = window.setTimeout(() => this.#follow(), TRY_AGAIN_MS);
    };
    this.#source = source;
  }
}
