import type { Inventory } from '../../machines/inventory/inventory.ts';
import type { BootEvent, EventSink } from '../../model/boot-event.ts';
import type { Config } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import { lifeOf } from '../../model/life-cycle.ts';
import { showsBootRead } from '../../model/read-proof.ts';
import type { OpenTrouble } from '../../model/network-trouble.ts';
import type { MetricsListen } from '../../model/reporting.ts';
import { packageVersion } from '../../platform/packaged-files.ts';
import { serveMetrics } from '../../server/http/metrics-server.ts';
import type { BootHistory } from '../../watch/boot-history.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import { Metrics } from '../../watch/metrics.ts';
import { BootSpans, spansUrl } from './boot-spans.ts';
import { NoticeTeller } from './notice-teller.ts';
import { Webhooks } from './webhooks.ts';

export interface ReportersInput {
  readonly config: () => Config;
  readonly engine: () => string;
  readonly history: Pick<BootHistory, 'onEnd' | 'boots' | 'runningCount'>;
  readonly inventory: Pick<Inventory, 'ownerOf'>;
  readonly troubles: () => readonly OpenTrouble[];
  /** cards that were seen before: they are no news */
  readonly seenBefore: Iterable<string>;
  readonly secrets: string;
  readonly sink: EventSink;
}

/** What a running pxectl tells other programs: numbers, webhooks, spans. None of it holds up a boot. */
export class Reporters {
  readonly #metrics: Metrics;
  readonly #notices: NoticeTeller;
  #endpoint: { readonly listen: string; close(): Promise<void> } | undefined;
  #webhooks: { readonly from: string; readonly hooks: Webhooks } | undefined;
  #spans: { readonly url: string; readonly sender: BootSpans } | undefined;

  private constructor(private readonly input: ReportersInput) {
    this.#metrics = new Metrics({
      version: packageVersion(),
      engine: input.engine,
      runningBoots: () => input.history.runningCount(),
      lifeStates: () => this.#lifeStates(),
      troubles: input.troubles,
    });
    this.#notices = new NoticeTeller({
      ownerOf: (mac) => input.inventory.ownerOf(mac),
      seenBefore: input.seenBefore,
      tell: (notice) => this.#webhooks?.hooks.tell(notice),
    });
    input.history.onEnd((boot) => this.#takeBoot(boot));
  }

  /** @throws PxectlError where metrics cannot be served */
  static async open(input: ReportersInput): Promise<Reporters> {
    const reporters = new Reporters(input);
    await reporters.#follow();
    return reporters;
  }

  take(event: BootEvent): void {
    this.#metrics.take(event);
    this.#notices.take(event);
  }

  /** The configuration has changed; what is as before goes on. */
  async reload(): Promise<void> {
    await this.#follow().catch((error: unknown) => this.#warn(messageOf(error)));
  }

  async close(): Promise<void> {
    await Promise.all([this.#endpoint?.close(), this.#webhooks?.hooks.close(), this.#spans?.sender.close()]);
  }

  async #follow(): Promise<void> {
    const { metrics, notify, traces } = this.input.config().reporting;
    const [version, onTrouble] = [packageVersion(), (message: string): void => this.#warn(message)];
    const from = JSON.stringify(notify);
    if (this.#webhooks?.from !== from) {
      const before = this.#webhooks;
      const hooks = new Webhooks({ hooks: notify, secrets: this.input.secrets, version, onTrouble });
      this.#webhooks = { from, hooks };
      void before?.hooks.close();
    }
    const url = spansUrl(traces, process.env);
    if (this.#spans?.url !== url) {
      void this.#spans?.sender.close();
      this.#spans =
        url === undefined ? undefined : { url, sender: new BootSpans({ url, version, onTrouble }) };
    }
    await this.#listen(metrics);
  }

  async #listen(metrics: MetricsListen | undefined): Promise<void> {
    const listen = JSON.stringify(metrics ?? null);
    if (this.#endpoint?.listen === listen) return;
    await this.#endpoint?.close();
    this.#endpoint = undefined;
    if (metrics === undefined) return;
    const served = await serveMetrics(metrics, () => this.#metrics.text());
    this.#endpoint = { listen, close: () => served.close() };
  }

  #takeBoot(boot: RecordedBoot): void {
    this.#metrics.takeBoot(boot);
    const isOfStranger = (boot.machineName ?? this.input.inventory.ownerOf(boot.mac)) === undefined;
    // packets alone are made up by anybody, and end as boots that failed
    if (isOfStranger && !boot.events.some(showsBootRead)) return;
    this.#notices.takeBoot(boot);
    this.#spans?.sender.takeBoot(boot, isOfStranger);
  }

  *#lifeStates(): Generator<string> {
    const nowMs = Date.now();
    for (const { installState } of this.input.config().machines)
      yield lifeOf({ install: installState, nowMs }).state;
  }

  #warn(message: string): void {
    this.input.sink.emit({ type: 'engine.warning', detail: { reason: 'not-told', message } });
  }
}
