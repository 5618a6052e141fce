import { isPacketText, parseBlockPart, type BlockPart } from './message.ts';

const MAX_REMEMBERED = 2000;
/** longer lines are rare, and would keep the memory */
const MAX_CHARACTERS = 300;

/** Most lines of a log say what others said before: what they mean is remembered. Bounded. */
export class RememberedParts {
  readonly #parts = new Map<string, BlockPart>();

  read(text: string): BlockPart | undefined {
    if (isPacketText(text)) return parseBlockPart(text);
    const known = this.#parts.get(text);
    if (known) return known;
    const part = parseBlockPart(text);
    if (part === undefined || text.length > MAX_CHARACTERS) return part;
    if (this.#parts.size >= MAX_REMEMBERED) this.#parts.clear();
    this.#parts.set(text, part);
    return part;
  }
}
