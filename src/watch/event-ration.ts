import { forgetOldest } from '../protocol/forget-oldest.ts';
import type { BootEvent } from '../model/boot-event.ts';

/** What a source, and all unknown ones together, may have kept at once, and then per second. */
const PER_SOURCE = { burst: 500, perSecond: 5 };
/** A class room of unknown machines boots within it (about 60 events each), a flood of made-up addresses does not. */
const ALL_UNKNOWN = { burst: 20_000, perSecond: 50 };
/** bounds the memory: the source that was silent longest goes first */
const MAX_SOURCES = 4096;
const TELL_EVERY_MS = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

type Source = Pick<BootEvent, 'mac' | 'ip' | 'type'>;

/** Says which events are kept, so that no neighbour fills the disk or pushes out what is known of others. */
export class EventRation {
  readonly #sources = new Map<string, Bucket>();
  readonly #all: Bucket = { tokens: ALL_UNKNOWN.burst, atMs: 0 };
  #dropped = new Map<string, number>();
  #toldAtMs = -Infinity;

  /** `isKnown`: a machine of the configuration, or one that is armed; it has a share of its own. */
  constructor(private readonly isKnown: (source: Pick<Source, 'mac'>) => boolean = () => false) {}

  /** pxectl's own events are always kept. */
  isKept(source: Source, nowMs: number): boolean {
    const key = source.mac ?? source.ip;
    if (key === undefined) return true;
    const own = this.#bucketOf(`${key} ${standingOf(source)}`, nowMs);
    const isKept =
      take(own, PER_SOURCE, nowMs) && (this.isKnown(source) || take(this.#all, ALL_UNKNOWN, nowMs));
    if (!isKept && (this.#dropped.has(key) || this.#dropped.size < MAX_SOURCES)) {
      this.#dropped.set(key, (this.#dropped.get(key) ?? 0) + 1);
    }
    return isKept;
  }

  /** The sentence that tells of what was not kept since the last one; undefined while there is nothing new to tell. */
  complaint(nowMs: number): string | undefined {
    if (this.#dropped.size === 0 || nowMs - this.#toldAtMs < TELL_EVERY_MS) return undefined;
    const [worst = ['', 0]] = [...this.#dropped].sort(([, a], [, b]) => b - a);
    const sum = [...this.#dropped.values()].reduce((a, b) => a + b, 0);
    this.#toldAtMs = nowMs;
    this.#dropped = new Map();
    return `${sum} events are not kept, ${worst[1]} of them of ${worst[0]}: it asks for too much`;
  }

  #bucketOf(key: string, nowMs: number): Bucket {
    const bucket = this.#sources.get(key) ?? { tokens: PER_SOURCE.burst, atMs: nowMs };
    this.#sources.delete(key);
    this.#sources.set(key, bucket);
    forgetOldest(this.#sources, MAX_SOURCES);
    return bucket;
  }
}

const ANSWERED: ReadonlySet<string> = new Set(['tftp.start', 'tftp.done', 'http.get', 'http.done']);

/**
 * What a card or a token has shown or pxectl has decided, what somebody acknowledged packet by packet, and what anybody says: who
 * names the machine in a packet takes nothing from its share of the others.
 */
function standingOf({ type }: Source): 'proven' | 'answered' | 'said' {
  if (type === 'seed.requested' || type.startsWith('machine.') || type.startsWith('install.'))
    return 'proven';
  return ANSWERED.has(type) ? 'answered' : 'said';
}

function take(bucket: Bucket, { burst, perSecond }: typeof PER_SOURCE, nowMs: number): boolean {
  const gained = (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond;
  bucket.tokens = Math.min(burst, bucket.tokens + gained);
  bucket.atMs = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
