import { isOver, outcomeOf, type BootOutcome } from '../../model/boot-outcome.ts';
import type { BootStage } from '../../model/boot-trace.ts';
import type { Severity } from '../../model/finding.ts';
import { printable } from '../../model/printable.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import type { WatchedBoot } from '../boot-watcher.ts';
import type { TransferProgress } from './transfer-rates.ts';

/** What a view is told of a machine of the configuration. */
export interface LiveMachine {
  readonly name: string;
  readonly mac?: MacAddress;
  /** an order is there for a boot to come: that one installs, or each does */
  readonly order?: 'once' | 'always';
  readonly isArmed: boolean;
  readonly canInstall: boolean;
  readonly hasPower: boolean;
}

/** One machine on the screen. */
export interface LiveRow {
  /** its name, or its address where it has none */
  readonly key: string;
  readonly who: string;
  readonly mac: MacAddress | undefined;
  readonly machine: LiveMachine | undefined;
  readonly firmware: string;
  readonly stage: string;
  /** when it came into that stage, or when its boot ended */
  readonly sinceMs: number | undefined;
  readonly isRunning: boolean;
  readonly finding: { readonly id: string; readonly severity: Severity } | undefined;
  readonly transfer: TransferProgress | undefined;
  /** the file it reads, or what its installer says */
  readonly note: string;
  /** everything that a filter looks at, in lower case */
  readonly text: string;
}

const STAGES: Readonly<Record<BootStage, string>> = {
  discover: 'asks',
  offer: 'answered',
  loader: 'loader',
  'boot-config': 'menu',
  kernel: 'kernel',
  initrd: 'initrd',
  'root-image': 'root image',
  // it has fetched what it installs by
  'install-seed': 'installing',
  installing: 'installing',
  done: 'installed',
};

const ENDS: Readonly<Record<Exclude<BootOutcome, 'running'>, string>> = {
  installed: 'installed',
  unreported: 'installed?',
  booted: 'booted',
  local: 'own disk',
  held: 'held',
  stopped: 'stopped',
  failed: 'failed',
};

export interface RowFacts {
  readonly machine: LiveMachine | undefined;
  readonly boot: WatchedBoot | undefined;
  readonly vendor: string | undefined;
  readonly transfer: TransferProgress | undefined;
  readonly nowMs: number;
}

/** The row of a machine; one of the two, machine or boot, is there. */
export function rowOf({ machine, boot, vendor, transfer, nowMs }: RowFacts): LiveRow {
  const mac = machine?.mac ?? boot?.trace.mac;
  const who = printable(machine?.name ?? (mac === undefined ? '' : strangerName(mac, vendor)));
  const isRunning = boot !== undefined && !isOver(boot.trace, nowMs);
  const finding = boot?.findings[0];
  const { stage, sinceMs } = stageOf(boot, isRunning);
  const firmware = boot?.trace.firmware ?? '';
  const text = [who, mac, boot?.trace.ip, vendor, firmware, stage, finding?.id, machine?.isArmed && 'armed'];
  return {
    ...{
      key: machine?.name ?? mac ?? '',
      who,
      mac,
      machine,
      firmware,
      stage,
      sinceMs,
      isRunning,
      transfer,
    },
    finding: finding === undefined ? undefined : { id: finding.id, severity: finding.severity },
    note: isRunning ? printable(noteOf(boot)) : '',
    text: text.filter(Boolean).join(' ').toLowerCase(),
  };
}

/** `Dell 5a:12:0f`: who made the card, and what tells it from others of that maker. */
export const strangerName = (mac: MacAddress, vendor: string | undefined): string =>
  vendor === undefined ? mac : `${vendor} ${mac.slice(9)}`;

function stageOf(boot: WatchedBoot | undefined, isRunning: boolean): Pick<LiveRow, 'stage' | 'sinceMs'> {
  if (boot === undefined) return { stage: '', sinceMs: undefined };
  const { trace, findings } = boot;
  if (isRunning) {
    const since = trace.stages.at(-1)?.startedAt ?? trace.startedAt;
    return { stage: STAGES[trace.current], sinceMs: Date.parse(since) };
  }
  const outcome = outcomeOf({ ...trace, findings }, true);
  const stage = outcome === 'running' ? '' : ENDS[outcome];
  return { stage, sinceMs: Date.parse(trace.lastEventAt) };
}

function noteOf({ trace }: WatchedBoot): string {
  const stage = trace.stages.at(-1);
  if (stage === undefined || stage.stage === 'discover' || stage.stage === 'offer') return '';
  if (stage.stage === 'installing') return stage.detail;
  const path = stage.detail.split(/[?#]/)[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Where people look first stands first; machines change their place only when that changes. @param rows in the order of their names */
export function byUrgency(rows: readonly LiveRow[]): readonly LiveRow[] {
  const ranks: LiveRow[][] = [[], [], [], [], []];
  for (const row of rows) ranks[urgencyOf(row)]?.push(row);
  return ranks.flat();
}

function urgencyOf({ isRunning, finding, stage }: LiveRow): number {
  if (isRunning) return finding === undefined ? 1 : 0;
  if (stage === '') return 4;
  return finding === undefined ? 3 : 2;
}
