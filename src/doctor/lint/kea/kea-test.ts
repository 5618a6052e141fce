import type { LintClient } from '../client-answers.ts';
import { optionOfClient } from '../client-options.ts';

/** Bytes as text; null for an option that the client does not send; undefined where that is not known. */
type Value = string | null | undefined;
type Truth = boolean | undefined;

const TOKEN = /'[^']*'|0x[0-9a-fA-F]*|\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z_][\w-]*|-?\d+|==|!=|\S/g;

/**
 * Whether the `test` of a client class of Kea holds for a client (Kea ARM, client classification); undefined when that
 * cannot be told from what a client of network boot always sends.
 */
export function holdsInKea(test: string, client: LintClient, isMember: (name: string) => Truth): Truth {
  const reader = new TestReader(test.match(TOKEN) ?? [], client, isMember);
  const result = reader.or();
  return reader.isAtEnd ? result : undefined;
}

const KNOWN_OPTIONS: Readonly<Record<string, number>> = {
  'vendor-class-identifier': 60,
  'user-class': 77,
  'client-system': 93,
};

class TestReader {
  #at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly client: LintClient,
    private readonly isMember: (name: string) => Truth,
  ) {}

  get isAtEnd(): boolean {
    return this.#at >= this.words.length;
  }

  or(): Truth {
    let left = this.#and();
    while (this.#take('or')) {
      const right = this.#and();
      left = left === true || right === true ? true : left === false && right === false ? false : undefined;
    }
    return left;
  }

  #and(): Truth {
    let left = this.#not();
    while (this.#take('and')) {
      const right = this.#not();
      left = left === false || right === false ? false : left === true && right === true ? true : undefined;
    }
    return left;
  }

  #not(): Truth {
    if (!this.#take('not')) return this.#comparison();
    const inner = this.#not();
    return inner === undefined ? undefined : !inner;
  }

  #comparison(): Truth {
    if (this.words[this.#at] === '(') {
      this.#at++;
      const inner = this.or();
      return this.#take(')') ? inner : undefined;
    }
    if (this.words[this.#at] === 'member') {
      this.#at++;
      const [name] = this.#arguments();
      return typeof name === 'string' ? this.isMember(name) : undefined;
    }
    const before = this.#at;
    const left = this.#data();
    if (this.words[this.#at - 1] === 'exists' && before < this.#at - 1)
      return left === undefined ? undefined : left !== null;
    if (!this.#take('==')) return undefined;
    const right = this.#data();
    // an option that is not sent is the empty text
    return left === undefined || right === undefined ? undefined : (left ?? '') === (right ?? '');
  }

  #data(): Value {
    const word = this.words[this.#at++];
    if (word === undefined) return undefined;
    if (word.startsWith("'")) return word.slice(1, -1);
    if (word.startsWith('0x')) return bytesOf(word.slice(2));
    if (/^-?\d+$/.test(word) || word === 'all') return word;
    if (word === 'option') return this.#option();
    if (this.words[this.#at] === '(') return this.#call(word);
    // pkt4.mac, relay4[1].hex and their like
    while (
      /^[.[\]]$/.test(this.words[this.#at] ?? '') ||
      this.words[this.#at - 1] === '.' ||
      this.words[this.#at - 1] === '['
    )
      this.#at++;
    return undefined;
  }

  /** `option[93].hex`, `option[client-system].exists`, `option[43].option[1].hex` */
  #option(): Value {
    if (!this.#take('[')) return undefined;
    const name = this.words[this.#at++] ?? '';
    if (!this.#take(']') || !this.#take('.')) return undefined;
    const form = this.words[this.#at++] ?? '';
    const value = optionOfClient(/^\d+$/.test(name) ? Number(name) : KNOWN_OPTIONS[name], this.client);
    if (form === 'option') {
      const inner = this.#option();
      return value === null ? null : inner === undefined ? undefined : undefined;
    }
    // the text of a number is none of its bytes
    return form === 'text' && (name === '93' || name === 'client-system') ? undefined : value;
  }

  #call(name: string): Value {
    const values = this.#arguments();
    const [first, second, third] = values;
    switch (name) {
      case 'substring': {
        if (typeof first !== 'string') return first;
        const from = Number(second);
        const begin = from < 0 ? first.length + from : from;
        const length = third === 'all' ? first.length : Number(third);
        return Number.isNaN(begin) || Number.isNaN(length) ? undefined : first.slice(begin, begin + length);
      }
      case 'concat':
        return values.every((value) => typeof value === 'string') ? values.join('') : undefined;
      case 'lcase':
        return typeof first === 'string' ? first.toLowerCase() : first;
      case 'ucase':
        return typeof first === 'string' ? first.toUpperCase() : first;
      case 'hexstring': {
        if (typeof first !== 'string') return first;
        const separator = typeof second === 'string' ? second : ':';
        return [...first].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(separator);
      }
      default:
        return undefined;
    }
  }

  #arguments(): readonly Value[] {
    const values: Value[] = [];
    if (!this.#take('(')) return values;
    while (!this.isAtEnd && !this.#take(')')) {
      values.push(this.#data());
      this.#take(',');
    }
    return values;
  }

  #take(word: string): boolean {
    if (this.words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }
}

function bytesOf(hex: string): string {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return even.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
}
