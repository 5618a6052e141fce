import { createHmac, randomUUID } from 'node:crypto';
import { openSecrets } from '../../machines/seeds/secrets.ts';
import { messageOf } from '../../model/errors.ts';
import type { Notice, Webhook } from '../../model/reporting.ts';
import { Delivery, NotSendable, type DeliveryOptions, type Parcel } from './delivery.ts';

/** What a receiver is told; `text` is the same in a sentence, which chat programs show. */
export interface NoticeBody {
  readonly type: Notice;
  readonly text: string;
  readonly machine: {
    readonly name: string | null;
    readonly mac: string | null;
    readonly firmware: string | null;
  };
  readonly boot: {
    readonly id: string;
    readonly startedAt: string;
    readonly outcome: string;
    readonly stage: string;
    readonly findings: readonly { readonly id: string; readonly title: string; readonly cause: string }[];
  } | null;
}

export interface WebhooksOptions extends Pick<DeliveryOptions, 'onTrouble' | 'backOffMs' | 'timeoutMs'> {
  readonly hooks: readonly Webhook[];
  /** folder of the secrets that they are signed with */
  readonly secrets: string;
  readonly version: string;
}

/** Tells every webhook that wants to know, each at its own pace. */
export class Webhooks {
  readonly #deliveries: readonly { readonly hook: Webhook; readonly delivery: Delivery }[];

  constructor(private readonly options: WebhooksOptions) {
    this.#deliveries = options.hooks.map((hook) => ({
      hook,
      delivery: new Delivery({ ...options, url: hook.url }),
    }));
  }

  tell(notice: NoticeBody): void {
    const wanted = this.#deliveries.filter(({ hook }) => hook.on.includes(notice.type));
    if (wanted.length === 0) return;
    const id = randomUUID();
    const isOfStranger = notice.machine.name === null;
    const body = JSON.stringify({
      ...{ schema: 'pxectl.notice/1', id, time: new Date().toISOString() },
      ...notice,
    });
    for (const { hook, delivery } of wanted) delivery.send(this.#parcel(hook, id, body, isOfStranger));
  }

  async close(): Promise<void> {
    await Promise.all(this.#deliveries.map(({ delivery }) => delivery.close()));
  }

  #parcel({ secret }: Webhook, id: string, body: string, isOfStranger: boolean): Parcel {
    return {
      ...{ body, isOfStranger },
      headers: () => {
        const timestamp = String(Math.floor(Date.now() / 1000));
        return {
          'user-agent': `pxectl/${this.options.version}`,
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          ...(secret === undefined
            ? {}
            : { 'webhook-signature': signatureOf(this.#keyOf(secret), `${id}.${timestamp}.${body}`) }),
        };
      },
    };
  }

  #keyOf(name: string): string {
    try {
      return openSecrets(this.options.secrets)(name);
    } catch (error) {
      throw new NotSendable(messageOf(error));
    }
  }
}

/** As Standard Webhooks 1.0 has it: HMAC-SHA256 in base64, by the bytes of the secret, or by those that `whsec_` encodes. */
export function signatureOf(secret: string, signed: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
