import type { GivenTo, OperationName, ReplyOf } from '../control/api.ts';
import { requestOf } from '../control/operation.ts';
import type { ErrorReply } from '../control/schemas/session.ts';

/** What pages ask for, as the table of the API has it: that itself would bring its checks along, and they are the server's. */
export const ASKED = {
  status: { method: 'GET', path: '/v1/status' },
  machines: { method: 'GET', path: '/v1/machines' },
  boots: { method: 'GET', path: '/v1/boots' },
  boot: { method: 'GET', path: '/v1/boots/{id}' },
  findings: { method: 'GET', path: '/v1/findings' },
  transfers: { method: 'GET', path: '/v1/transfers' },
  images: { method: 'GET', path: '/v1/images' },
  plan: { method: 'GET', path: '/v1/plan' },
  arm: { method: 'POST', path: '/v1/machines/arm' },
  disarm: { method: 'POST', path: '/v1/machines/disarm' },
  adopt: { method: 'POST', path: '/v1/machines/adopt' },
  install: { method: 'POST', path: '/v1/machines/install' },
  power: { method: 'POST', path: '/v1/machines/power' },
} as const satisfies Partial<
  Record<OperationName, { readonly method: 'GET' | 'POST'; readonly path: `/v1/${string}` }>
>;

export type Asked = keyof typeof ASKED;

/** The server said no, or did not answer. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly why = '',
    readonly next = '',
  ) {
    super(message);
  }
}

/** @throws Refused */
export async function ask<Name extends Asked>(name: Name, input: GivenTo<Name>): Promise<ReplyOf<Name>> {
  const { method, path } = ASKED[name];
  const asked = requestOf({ method, path }, input as Readonly<Record<string, unknown>>);
  return (await send(method, `api${asked.path}`, asked.body)) as ReplyOf<Name>;
}

/** @throws Refused */
export async function send(method: 'GET' | 'POST', path: string, body?: string): Promise<unknown> {
  const response = await fetch(path, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new Refused('pxectl does not answer', '', 'pxectl status says whether it is up');
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  if (response.headers.get('content-type') !== 'application/json') throw new Refused(text.trim());
  const { error } = JSON.parse(text) as ErrorReply;
  throw new Refused(error.message, error.why, error.next);
}
