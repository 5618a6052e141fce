import type { Session } from '../../engine/session.ts';
import type { Finding, FindingId } from '../../model/finding.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';

const LOOK_INTERVAL_MS = 5_000;

/**
 * Tells each finding of a session's boots once, while somebody can still look at the machine. What was wrong before the session began
 * is no news.
 */
export class ToldFindings {
  #told: ReadonlyMap<string, Set<FindingId>> = new Map();
  #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(
    private readonly session: Pick<Session, 'history' | 'startedAt'>,
    private readonly tell: (finding: Finding, boot: RecordedBoot) => void,
  ) {
    this.#timer = this.#lookLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): NodeJS.Timeout {
    // looking on is no reason to stay alive
    return setTimeout(() => void this.#look(), LOOK_INTERVAL_MS).unref();
  }

  async #look(): Promise<void> {
    const { history, startedAt } = this.session;
    const boots = await history.boots();
    if (this.#isClosed) return;
    const told = new Map<string, Set<FindingId>>();
    for (const boot of boots.filter(({ lastEventAt }) => lastEventAt >= startedAt)) {
      const before = this.#told.get(boot.id) ?? new Set();
      told.set(boot.id, before);
      for (const finding of boot.findings) {
        if (before.has(finding.id)) continue;
        before.add(finding.id);
        this.tell(finding, boot);
      }
    }
    this.#told = told;
    this.#timer = this.#lookLater();
  }
}
