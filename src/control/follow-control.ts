import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { BootEvent } from '../model/boot-event.ts';
import { eventSchema } from '../model/trace-schema.ts';
import { withSocketPath } from '../net/socket-path.ts';
import { CONTROL_API } from './api.ts';
import { notReached, readAnswer, refusalIn, type ControlQuestion } from './control-client.ts';
import { requestOf } from './operation.ts';

/** Events of a running pxectl as they came together. */
export interface FollowedEvents {
  /** some before these are gone: what is known now has to be asked for again */
  readonly isAfterGap: boolean;
  readonly events: readonly BootEvent[];
}

/**
 * The events of the running pxectl after the one with this id, or from now on; ends when it stops, or the signal aborts. Whoever goes
 * on with another pxectl gives the last id that it saw.
 * @throws PxectlError as `askControl`
 */
export async function* followControl(
  after: number | undefined,
  question: ControlQuestion & { readonly signal: AbortSignal },
): AsyncGenerator<FollowedEvents> {
  const { signal, layout } = question;
  const { method } = CONTROL_API.events;
  const { path } = requestOf(CONTROL_API.events, { after });
  const response = await withSocketPath(layout.controlSocket, async (socketPath) => {
    const request = httpRequest({ socketPath, method, path, signal, agent: false }).end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    // what is cut later is seen by whoever reads the answer
    request.on('error', () => undefined);
    return answer;
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw notReached(error, question, undefined);
  });
  if (response.statusCode !== 200) throw refusalIn(await readAnswer(response), question);
  response.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      const messages = (rest + chunk).split('\n\n');
      rest = messages.pop() ?? '';
      const isAfterGap = messages.some((message) => message.startsWith('event: gap'));
      const events = messages.flatMap(eventOf);
      if (isAfterGap || events.length > 0) yield { isAfterGap, events };
    }
  } catch (error) {
    // a pxectl that stops cuts it
    if (!signal.aborted && (error as { code?: unknown }).code !== 'ECONNRESET') throw error;
  }
}

function eventOf(message: string): readonly BootEvent[] {
  const data = /^data: (.*)$/m.exec(message)?.[1];
  const event = eventSchema.safeParse(data === undefined ? undefined : JSON.parse(data));
  return event.success ? [event.data] : [];
}
