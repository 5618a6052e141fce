import type { BootEventType, EventSink, NewBootEvent } from '../../src/model/boot-event.ts';

/** A sink that keeps what it is given and lets a test wait for it. */
export class RecordedEvents implements EventSink {
  readonly events: NewBootEvent[] = [];
  readonly #listeners = new Set<() => void>();

  emit(event: NewBootEvent): void {
    this.events.push(event);
    for (const listener of this.#listeners) listener();
  }

  of(type: BootEventType): readonly NewBootEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  /** The `count`-th event of this type, as soon as it is there. */
  async wait(type: BootEventType, count = 1, timeoutMs = 10_000): Promise<NewBootEvent> {
    const found = (): NewBootEvent | undefined => this.of(type)[count - 1];
    const already = found();
    if (already !== undefined) return already;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(check);
        const seen = this.events.map((event) => event.type).join(', ');
        reject(new Error(`no ${type} number ${count} within ${timeoutMs} ms; seen: ${seen}`));
      }, timeoutMs);
      const check = (): void => {
        const event = found();
        if (event === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(check);
        resolve(event);
      };
      this.#listeners.add(check);
    });
  }

  clear(): void {
    this.events.length = 0;
  }
}
