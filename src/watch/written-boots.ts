import type { StateLayout } from '../model/state-layout.ts';
import { parseRecord, type RecordedBoot } from './boot-record.ts';
import { keyOfRecord, recordLines } from './history-file.ts';
import type { OpenBoot } from './open-boot.ts';

/** The boots that are in the history with their end; most lines are never parsed. */
export class WrittenBoots {
  private constructor(private readonly lines: ReadonlyMap<string, string>) {}

  static readonly none = new WrittenBoots(new Map());

  static async read(layout: Pick<StateLayout, 'root'>): Promise<WrittenBoots> {
    const lines = new Map<string, string>();
    for (const line of await recordLines(layout)) {
      const key = keyOfRecord(line)?.key;
      if (key !== undefined) lines.set(key, line);
    }
    return new WrittenBoots(lines);
  }

  /** Whether nothing more is known of it than what is written. One that went on then may not be heard of again, and ends all the same. */
  has({ mac, startedAt, lastEventAt }: Pick<OpenBoot, 'mac' | 'startedAt' | 'lastEventAt'>): boolean {
    const line = this.lines.get(`${mac} ${startedAt}`) ?? '';
    const [, writtenAt = ''] = /"lastEventAt":"([^"]*)"/.exec(line) ?? [];
    return writtenAt >= lastEventAt && !line.includes('"outcome":"running"');
  }

  find({ mac, startedAt }: Pick<OpenBoot, 'mac' | 'startedAt'>): RecordedBoot | undefined {
    return parseRecord(this.lines.get(`${mac} ${startedAt}`) ?? '');
  }
}
