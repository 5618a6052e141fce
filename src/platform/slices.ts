import { setImmediate } from 'node:timers/promises';

/** No machine waits longer for an answer because of work that nobody waits for. */
const SLICE_MS = 10;

/** Long work in slices: whoever has something to say gets a turn between them. */
export class Slices {
  #endsMs = performance.now() + SLICE_MS;

  get isOver(): boolean {
    return performance.now() > this.#endsMs;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#endsMs = performance.now() + SLICE_MS;
  }
}
