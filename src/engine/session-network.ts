import type { EventSink } from '../model/boot-event.ts';
import type { Config } from '../model/config.ts';
import { messageOf } from '../model/errors.ts';
import type { OpenTrouble } from '../model/network-trouble.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { lookAtNetwork, refusalOf, type NetworkLook } from './network-look.ts';
import { watchNetwork, type NetworkWatch, type NetworkWatchOptions } from './network-watch.ts';
import { readinessMac } from './readiness-client.ts';

/** `refuse`: look, and do not serve where that does harm; `force`: look and serve all the same; `skip`: do not look */
export type LookChoice = 'refuse' | 'force' | 'skip';

export interface SessionNetworkOptions {
  readonly config: () => Config;
  readonly layout: StateLayout;
  readonly sink: EventSink;
  readonly choice: LookChoice;
  readonly onWarning: (line: string) => void;
}

/** The network of one session: looked at before it speaks, watched while it serves. */
export class SessionNetwork {
  readonly #look: Promise<NetworkLook> | undefined;
  // one client for all looks: a server that leases addresses sets one aside for it, and not many
  readonly #clientMac = readinessMac();
  #watch: NetworkWatch | undefined;
  #notLooked: string | undefined;

  /** Begins to look at once: the engine starts meanwhile, where that does no harm. */
  constructor(private readonly options: SessionNetworkOptions) {
    this.#look = options.choice === 'skip' ? undefined : this.#lookNow({ isQuick: true });
    if (options.choice === 'skip') this.#notLooked = 'pxectl is up with --no-look';
    // told when it is waited for
    this.#look?.catch(() => undefined);
  }

  get troubles(): readonly OpenTrouble[] {
    return this.#watch?.troubles ?? [];
  }

  /** why nobody looked for other servers and for who uses our addresses */
  get notLooked(): string | undefined {
    return this.#notLooked;
  }

  /**
   * A server that leases addresses says nothing before the look has ended; one that only adds boot information may.
   * @throws PxectlError E_SECOND_DHCP_SERVER, E_ADDRESS_IN_USE, E_NO_INTERFACE, E_NO_ADDRESS
   */
  async beforeAnswers(): Promise<void> {
    if (this.options.config().network.mode !== 'proxy') await this.verdict();
  }

  /** What the look has found. @throws as `beforeAnswers` */
  async verdict(): Promise<NetworkLook | undefined> {
    const look = await this.#look;
    const refusal = this.options.choice === 'force' ? undefined : refusalOf(look?.troubles ?? []);
    if (refusal !== undefined) throw refusal;
    return look;
  }

  /** Tells what was found, and watches from now on. */
  async watch(
    servers: Pick<NetworkWatchOptions, 'checkReadiness' | 'checkFiles' | 'rebind'>,
    found: NetworkLook | undefined,
  ): Promise<void> {
    const { config, sink, choice, onWarning } = this.options;
    this.#watch = await watchNetwork({
      ...servers,
      config,
      sink,
      look: choice === 'skip' ? undefined : () => this.#lookNow({ isQuick: false }),
    });
    if (found === undefined) return;
    this.#watch.tell(found.troubles);
    if (found.notAsked !== undefined) onWarning(`other servers were not looked for: ${found.notAsked}`);
  }

  /** The configuration was read again. */
  changed(): void {
    this.#watch?.changed();
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  async #lookNow(how: { readonly isQuick: boolean }): Promise<NetworkLook> {
    // what cannot be looked at is no reason not to serve
    const { config, layout } = this.options;
    const look = await lookAtNetwork(config(), layout, this.#clientMac, how).catch(
      (error: unknown): NetworkLook => ({ troubles: [], notAsked: messageOf(error) }),
    );
    this.#notLooked = look.notAsked;
    return look;
  }
}
