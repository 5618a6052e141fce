/** A machine sends a report or two at once; its addresses may be many, which is why nobody's share goes by them alone. */
const MOST_OF_ONE = 16;

/** Bodies that are being read, from whoever may send one, and everybody may of his own machine: bounded for each, and in all. */
export class HeldBodies {
  readonly #bodies = new Set<HeldBody>();
  #heldBytes = 0;

  constructor(private readonly mostBytes: number) {}

  /** `giveUp` is called when others need the room, or the same source begins more than one may have. */
  begin(source: string, giveUp: () => void): HeldBody {
    const own = [...this.#bodies].filter((body) => body.source === source);
    if (own.length >= MOST_OF_ONE) letGo(own[0]);
    const body: HeldBody = {
      source,
      sizeBytes: 0,
      giveUp,
      grew: (bytes) => {
        if (!this.#bodies.has(body)) return;
        body.sizeBytes += bytes;
        this.#heldBytes += bytes;
        while (this.#heldBytes > this.mostBytes) this.#makeRoom();
      },
      end: () => {
        if (this.#bodies.delete(body)) this.#heldBytes -= body.sizeBytes;
      },
    };
    this.#bodies.add(body);
    return body;
  }

  /** Of the host that holds most, what it began first goes. */
  #makeRoom(): void {
    const bySource = new Map<string, number>();
    for (const { source, sizeBytes } of this.#bodies) {
      bySource.set(source, (bySource.get(source) ?? 0) + sizeBytes);
    }
    const [greediest] = [...bySource].reduce((a, b) => (b[1] > a[1] ? b : a));
    for (const body of this.#bodies) {
      if (body.source !== greediest || body.sizeBytes === 0) continue;
      letGo(body);
      return;
    }
  }
}

function letGo(body: HeldBody | undefined): void {
  body?.end();
  body?.giveUp();
}

export interface HeldBody {
  readonly source: string;
  sizeBytes: number;
  readonly giveUp: () => void;
  /** so many bytes more have come */
  grew(bytes: number): void;
  /** it is read, or will not be; idempotent */
  end(): void;
}
