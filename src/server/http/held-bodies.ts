/** Bodies that are being read, from whoever may send one, and everybody may of his own machine: bounded in all. */
export class HeldBodies {
  readonly #bodies = new Set<HeldBody>();
  #heldBytes = 0;

  constructor(private readonly mostBytes: number) {}

  /** `giveUp` is called when others need the room. */
  begin(source: string, giveUp: () => void): HeldBody {
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
      body.end();
      body.giveUp();
      return;
    }
  }
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
