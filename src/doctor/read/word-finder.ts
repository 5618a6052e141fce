const BYTES = 256;

/** Finds the first of many words in bytes, in one pass however many they are (Aho and Corasick, 1975). */
export class WordFinder {
  /** of each state, where each byte leads */
  readonly #next: Uint16Array;
  /** of each state, the word that ends in it, from 1 */
  readonly #endOf: Uint8Array;
  /** number of the word that was found last */
  found = -1;

  constructor(words: readonly string[]) {
    const size = 1 + words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
    this.#next = new Uint16Array(size * BYTES);
    this.#endOf = new Uint8Array(size);
    this.#addWords(words);
    this.#addFallbacks();
  }

  /** Where the next word ends, between `from` and `to`; -1 when there is none. */
  findEnd(bytes: Uint8Array, from: number, to: number): number {
    const next = this.#next;
    const endOf = this.#endOf;
    let state = 0;
    for (let at = from; at < to; at++) {
      state = next[(state << 8) | (bytes[at] ?? 0)] ?? 0;
      const word = endOf[state] ?? 0;
      if (word === 0) continue;
      this.found = word - 1;
      return at + 1;
    }
    return -1;
  }

  #addWords(words: readonly string[]): void {
    let count = 1;
    for (const [index, word] of words.entries()) {
      let state = 0;
      for (const byte of Buffer.from(word)) {
        const at = state * BYTES + byte;
        this.#next[at] ||= count++;
        state = this.#next[at] ?? 0;
      }
      this.#endOf[state] = index + 1;
    }
  }

  /** Where no word goes on, the longest beginning of one that ends here does. */
  #addFallbacks(): void {
    const fallbacks = new Map<number, number>();
    const states = [0];
    for (const state of states) {
      const fallback = fallbacks.get(state) ?? 0;
      this.#endOf[state] ||= this.#endOf[fallback] ?? 0;
      for (let byte = 0; byte < BYTES; byte++) {
        const at = state * BYTES + byte;
        const other = state === 0 ? 0 : (this.#next[fallback * BYTES + byte] ?? 0);
        const child = this.#next[at] ?? 0;
        if (child === 0) this.#next[at] = other;
        else {
          fallbacks.set(child, other);
          states.push(child);
        }
      }
    }
  }
}
