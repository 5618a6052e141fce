/** Made-up cards fill neither memory nor somebody's phone: so many at once, then one in this time. */
const BURST = 20;
const EVERY_MS = 60_000;

/** What of something that anybody can make up is told. */
export class Ration {
  #tokens = BURST;
  #filledAtMs = Date.now();
  #unsaid = 0;

  /** @returns words on those before that nobody was told of; undefined: nobody is told of this one either */
  take(): string | undefined {
    const nowMs = Date.now();
    const gained = Math.floor((nowMs - this.#filledAtMs) / EVERY_MS);
    if (gained > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + gained);
      this.#filledAtMs = nowMs;
    }
    if (this.#tokens < 1) {
      this.#unsaid += 1;
      return undefined;
    }
    this.#tokens -= 1;
    const more = this.#unsaid === 0 ? '' : ` (and ${this.#unsaid} others before it)`;
    this.#unsaid = 0;
    return more;
  }
}
