import type { FindingId } from '../../model/finding.ts';
import type { FixInFile } from '../mend/fix-in-file.ts';

/** What else stands on the screen, by the ids of its entries: a cause is told by it, or excluded. */
interface OnScreen {
  /** these lines make the cause the likelier one */
  readonly when?: readonly string[];
  /** these lines exclude it */
  readonly unless?: readonly string[];
  /** where a try is shown from its beginning, the lack of all these lines makes it the likelier one */
  readonly without?: readonly string[];
}

/** One possible cause: a finding that doctor can check, or a thing that only the user can see. */
export type KnownCause = OnScreen &
  (
    | {
        readonly finding: FindingId;
        /** what tells it from the other causes */
        readonly tell: string;
        /** its steps here, where those of the finding are for several programs */
        readonly fix?: readonly FixInFile[];
      }
    | { readonly text: string; readonly fix: readonly FixInFile[] }
  );

/** As a data file has it: a cause that several entries share is written once and named. */
export type CauseInFile = KnownCause | { readonly common: string };

/** The order of a boot: what a later line proves, an earlier one cannot have stopped. */
export const STAGES_ON_SCREEN = [
  'link',
  'address',
  'offer',
  'loader',
  'second-stage',
  'boot-config',
  'kernel',
  'system',
  'root-image',
  'seed',
  'install',
  'running',
] as const;
export type BootStageOnScreen = (typeof STAGES_ON_SCREEN)[number];

/** What a message on a screen means. */
export interface KnowledgeEntry {
  /** stable, for anchors: `edk2-pxe-e21` */
  readonly id: string;
  /** `PXE-E21`, or the six significant digits of an iPXE code */
  readonly code?: string;
  /** as users see it; the first is the usual spelling. `…` stands for what changes */
  readonly texts: readonly string[];
  /** a regular expression that the line must have besides: what is in a name tells, or that there is none */
  readonly where?: string;
  /** where other programs print the same words: this one is meant only when this line is on the screen, too */
  readonly needs?: string;
  readonly printedBy: string;
  /**
   * What the line is in the story of a boot. A `proof` shows that its stage was reached, an `attempt` begins a new
   * try, a `harmless` line is normal, a `sign` tells which cause a fault has, a `trailer` follows any failure and names
   * none. Absent: a `fault`.
   */
  readonly role?: 'fault' | 'proof' | 'attempt' | 'harmless' | 'sign' | 'trailer';
  /** of a proof: the stage of the boot that is reached with it; `link` of another line: a start that is no network boot */
  readonly stage?: BootStageOnScreen;
  /** of a harmless line: entries that mean nothing right behind it */
  readonly excuses?: readonly string[];
  /** lines in which it does so; absent: a few */
  readonly excusesWithin?: number;
  readonly meaning: string;
  /** most likely first; empty when the message is harmless */
  readonly causes: readonly KnownCause[];
  readonly source: string;
}

/** data/messages/*.json: what one program prints. */
export interface MessageFile {
  readonly printedBy: string;
  /** where it stands in docs/troubleshooting.md, and which of two equal codes comes first */
  readonly rank: number;
  readonly common?: Readonly<Record<string, KnownCause>>;
  readonly entries: readonly (Omit<KnowledgeEntry, 'printedBy' | 'causes'> & {
    readonly causes: readonly CauseInFile[];
  })[];
}

/** Puts the causes that are only named in their place. */
export function fullCauses(
  causes: readonly CauseInFile[],
  common: Readonly<Record<string, KnownCause>> = {},
): readonly KnownCause[] {
  return causes.flatMap((cause) => ('common' in cause ? (common[cause.common] ?? []) : [cause]));
}
