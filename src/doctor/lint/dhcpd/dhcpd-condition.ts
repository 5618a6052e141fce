import type { LintClient } from '../client-answers.ts';
import { optionOfClient } from '../client-options.ts';

/** What a client sends, as dhcpd's expressions see it: bytes as text, null for an option that it does not send. */
type Value = string | null | undefined;

/** Option code 93 and 175 may have any name: `option arch code 93 = …`. */
export type OptionNames = ReadonlyMap<string, number>;

/**
 * Whether a condition of dhcpd (dhcp-eval(5)) holds for a client; undefined when that cannot be told from what a
 * client of network boot always sends.
 */
export function holds(words: readonly string[], client: LintClient, names: OptionNames): boolean | undefined {
  const reader = new ConditionReader(words, client, names);
  const result = reader.or();
  return reader.isAtEnd ? result : undefined;
}

class ConditionReader {
  #at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly client: LintClient,
    private readonly names: OptionNames,
  ) {}

  get isAtEnd(): boolean {
    return this.#at >= this.words.length;
  }

  or(): boolean | undefined {
    let left = this.#and();
    while (this.#take('or')) {
      const right = this.#and();
      left = left === true || right === true ? true : left === false && right === false ? false : undefined;
    }
    return left;
  }

  #and(): boolean | undefined {
    let left = this.#not();
    while (this.#take('and')) {
      const right = this.#not();
      left = left === false || right === false ? false : left === true && right === true ? true : undefined;
    }
    return left;
  }

  #not(): boolean | undefined {
    if (this.#take('not')) {
      const inner = this.#not();
      return inner === undefined ? undefined : !inner;
    }
    if (this.#take('exists')) {
      const value = this.#option();
      return value === undefined ? undefined : value !== null;
    }
    if (this.words[this.#at] === '(') {
      this.#at++;
      const inner = this.or();
      return this.#take(')') ? inner : undefined;
    }
    return this.#comparison();
  }

  #comparison(): boolean | undefined {
    const left = this.#data();
    const isEqual = this.#take('=');
    if (!isEqual && !this.#take('!=')) {
      if (this.#take('~=') || this.#take('~~')) this.#data();
      return undefined;
    }
    const right = this.#data();
    if (left === undefined || right === undefined) return undefined;
    return (left !== null && left === right) === isEqual;
  }

  #data(): Value {
    const word = this.words[this.#at];
    if (word === undefined) return undefined;
    if (word.startsWith('"')) {
      this.#at++;
      return word.slice(1, -1);
    }
    if (/^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+$/i.test(word)) {
      this.#at++;
      return String.fromCharCode(...word.split(':').map((byte) => Number.parseInt(byte, 16)));
    }
    if (/^\d+$/.test(word)) {
      this.#at++;
      return String.fromCharCode(Number(word) >> 8, Number(word) & 255);
    }
    if (word === 'option') return this.#option();
    this.#at++;
    return this.#call(word);
  }

  #call(name: string): Value {
    const values = this.#arguments();
    if (values === undefined) return undefined;
    const [first, second, third] = values;
    switch (name) {
      case 'substring': {
        const [offset, length] = [second, third].map(numberOf);
        if (offset === undefined || length === undefined) return undefined;
        return typeof first === 'string' ? first.slice(offset, offset + length) : first;
      }
      case 'suffix': {
        const length = numberOf(second);
        return typeof first === 'string' && length !== undefined ? first.slice(-length) : undefined;
      }
      case 'lcase':
        return typeof first === 'string' ? first.toLowerCase() : first;
      case 'ucase':
        return typeof first === 'string' ? first.toUpperCase() : first;
      case 'binary-to-ascii': {
        const base = numberOf(first);
        const data = values[3];
        if (base === undefined || typeof data !== 'string') return data === null ? null : undefined;
        const width = (numberOf(second) ?? 8) / 8;
        const digits: string[] = [];
        for (let at = 0; at + width <= data.length; at += width) {
          let value = 0;
          for (let byte = 0; byte < width; byte++) value = value * 256 + data.charCodeAt(at + byte);
          digits.push(value.toString(base));
        }
        return digits.join(third ?? '');
      }
      case 'pick-first-value':
        return values.find((value) => value !== null);
      case 'concat':
        return values.every((value) => typeof value === 'string') ? values.join('') : undefined;
      default:
        return undefined;
    }
  }

  /** Values between parentheses; a number stands for the bytes of a 16-bit value. */
  #arguments(): readonly Value[] | undefined {
    if (!this.#take('(')) return undefined;
    const values: Value[] = [];
    while (!this.isAtEnd && !this.#take(')')) {
      values.push(this.#data());
      this.#take(',');
    }
    return values;
  }

  #option(): Value {
    if (this.words[this.#at] === 'option') this.#at++;
    const name = this.words[this.#at++] ?? '';
    const code = this.names.get(name) ?? KNOWN_OPTIONS[name] ?? (/arch/i.test(name) ? 93 : undefined);
    // options in iPXE's own space are sent by nobody else
    if (code === undefined && /^(?:ipxe|gpxe)[.-]/.test(name) && !this.client.isIpxe) return null;
    return optionOfClient(code, this.client);
  }

  #take(word: string): boolean {
    if (this.words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }
}

const KNOWN_OPTIONS: Readonly<Record<string, number>> = {
  'vendor-class-identifier': 60,
  'user-class': 77,
  'pxe-system-type': 93,
};

function numberOf(value: Value): number | undefined {
  return typeof value === 'string' && value.length === 2
    ? value.charCodeAt(0) * 256 + value.charCodeAt(1)
    : undefined;
}
