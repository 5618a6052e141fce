import type { BootStage, BootTrace } from './boot-trace.ts';
import { stageSpans, type StageSpan } from './stage-spans.ts';

/** Fewer than these say nothing of what is usual. */
const LEAST_OWN = 3;
const LEAST_FLEET = 5;
/** Boots that what is usual is taken from, the newest. */
const MOST_OWN = 20;
const MOST_FLEET = 500;
/** Slow is what takes twice as long as usual, and is worth a look. */
const FACTOR = 2;
const LEAST_EXCESS_MS = 3_000;

type PastBoot = Pick<BootTrace, 'mac' | 'firmware' | 'stages'>;

/** A stage beside what is usual for it. */
export interface ComparedStage extends StageSpan {
  /** of the boots of this machine before, with the same firmware */
  readonly ownMedianMs?: number;
  /** of all machines with this firmware */
  readonly fleetMedianMs?: number;
  /** against its own past; against the fleet where it has none */
  readonly isSlow: boolean;
}

/** How long stages take as a rule. */
export class StagePast {
  readonly #own = new Map<string, number[]>();
  readonly #fleet = new Map<string, number[]>();
  readonly #fleetMedians = new Map<string, number | undefined>();

  /** @param boots oldest first */
  constructor(boots: Iterable<PastBoot> = []) {
    for (const boot of boots) this.add(boot);
  }

  /** One boot more: what is compared after it has it for its past. */
  add(boot: PastBoot): void {
    for (const { stage, spanMs } of stageSpans(boot)) {
      keep(this.#own, ownKey(boot, stage), spanMs, MOST_OWN);
      keep(this.#fleet, fleetKey(boot, stage), spanMs, MOST_FLEET);
    }
    this.#fleetMedians.clear();
  }

  /** @param fleet from whom the fleet's medians are; itself unless given */
  compare(boot: PastBoot, fleet: StagePast = this): readonly ComparedStage[] {
    return stageSpans(boot).map((span) => {
      const ownMedianMs = medianOf(this.#own.get(ownKey(boot, span.stage)), LEAST_OWN);
      const fleetMedianMs = fleet.#fleetMedian(fleetKey(boot, span.stage));
      const usualMs = ownMedianMs ?? fleetMedianMs;
      return {
        ...span,
        ...(ownMedianMs === undefined ? {} : { ownMedianMs }),
        ...(fleetMedianMs === undefined ? {} : { fleetMedianMs }),
        isSlow:
          usualMs !== undefined && span.spanMs > usualMs * FACTOR && span.spanMs - usualMs > LEAST_EXCESS_MS,
      };
    });
  }

  #fleetMedian(key: string): number | undefined {
    if (!this.#fleetMedians.has(key)) {
      this.#fleetMedians.set(key, medianOf(this.#fleet.get(key), LEAST_FLEET));
    }
    return this.#fleetMedians.get(key);
  }
}

/** Each boot compared with what its machine did before it, and with all machines. @param boots oldest first */
export function comparedBoots<Boot extends PastBoot>(
  boots: readonly Boot[],
): readonly { readonly boot: Boot; readonly compared: readonly ComparedStage[] }[] {
  const fleet = new StagePast(boots);
  const past = new StagePast();
  return boots.map((boot) => {
    const compared = past.compare(boot, fleet);
    past.add(boot);
    return { boot, compared };
  });
}

const fleetKey = ({ firmware }: PastBoot, stage: BootStage): string => `${firmware ?? ''} ${stage}`;
const ownKey = (boot: PastBoot, stage: BootStage): string => `${boot.mac} ${fleetKey(boot, stage)}`;

function keep(spans: Map<string, number[]>, key: string, spanMs: number, most: number): void {
  const kept = spans.get(key);
  if (kept === undefined) spans.set(key, [spanMs]);
  else {
    kept.push(spanMs);
    if (kept.length > most) kept.shift();
  }
}

function medianOf(spans: readonly number[] | undefined, least: number): number | undefined {
  if (spans === undefined || spans.length < least) return undefined;
  return spans.toSorted((one, other) => one - other)[Math.floor(spans.length / 2)];
}
