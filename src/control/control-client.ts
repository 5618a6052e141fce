import { request as httpRequest, type IncomingMessage } from 'node:http';
import {
  engineError,
  environmentError,
  PxectlError,
  systemCodeOf,
  type ErrorCode,
  type ErrorDetails,
} from '../model/errors.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { CONTROL_API, type GivenTo, type OperationName, type ReplyOf } from './api.ts';
import { requestOf, type Operation } from './operation.ts';
import { errorReply, type ErrorReply } from './schemas/session.ts';
import { withSocketPath } from '../net/socket-path.ts';
import { timeoutSignal } from '../platform/timeout-signal.ts';

export interface ControlQuestion {
  readonly layout: Pick<StateLayout, 'controlSocket'>;
  /** the process that is asked, for the words of an error */
  readonly pid: number;
  /** what its owner would run: `pxectl reload` */
  readonly command: string;
  readonly signal?: AbortSignal;
  /** for tests; default: as the operation says */
  readonly timeoutMs?: number;
}

/** Bounds what a broken server could send. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/**
 * Asks the running pxectl of this state folder, and waits for its answer.
 * @throws PxectlError what the running pxectl refused with, as it said it; E_PRIVILEGE when it belongs to somebody else;
 * E_CONTROL when it does not answer
 */
export async function askControl<Name extends Exclude<OperationName, 'events'>>(
  name: Name,
  input: GivenTo<Name>,
  question: ControlQuestion,
): Promise<ReplyOf<Name>> {
  const operation = CONTROL_API[name] as Operation<unknown, ReplyOf<Name>>;
  const timeoutMs = question.timeoutMs ?? operation.timeoutMs;
  const late = timeoutSignal(timeoutMs);
  const signal = question.signal === undefined ? late : AbortSignal.any([late, question.signal]);
  let answer: Answer;
  try {
    answer = await withSocketPath(question.layout.controlSocket, (socketPath) =>
      exchange({
        socketPath,
        method: operation.method,
        ...requestOf(operation, input as Readonly<Record<string, unknown>>),
        signal,
      }),
    );
  } catch (error) {
    question.signal?.throwIfAborted();
    throw notReached(error, question, late.aborted ? timeoutMs : undefined);
  }
  if (answer.status === 200) {
    const reply = operation.reply.safeParse(readJson(answer.text));
    if (reply.success) return reply.data;
  }
  throw refusalIn(answer, question);
}

/** The error that an answer is. */
export function refusalIn({ text }: Answer, { pid }: Pick<ControlQuestion, 'pid'>): Error {
  const refusal = errorReply.safeParse(readJson(text));
  if (refusal.success) return refused(refusal.data);
  return engineError('E_CONTROL', {
    what: `the running pxectl (pid ${pid}) gives an answer that is not understood`,
    why: 'it was started by another version of pxectl',
    next: 'pxectl down, then pxectl up',
  });
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Exchange {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

function exchange({ socketPath, method, path, body, signal }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path, signal, agent: false }, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_REPLY_BYTES) throw new Error('the answer is too long');
  }
  return { status: response.statusCode ?? 0, text };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function notReached(
  error: unknown,
  { pid, command, layout }: ControlQuestion,
  lateMs: number | undefined,
): PxectlError {
  const code = systemCodeOf(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return environmentError('E_PRIVILEGE', {
      what: `the running pxectl (pid ${pid}) belongs to another user`,
      why: 'only that user and root may tell it what to do',
      next: `sudo ${command}`,
      cause: error,
    });
  }
  if (lateMs !== undefined) {
    return engineError('E_CONTROL', {
      what: `the running pxectl (pid ${pid}) did not answer within ${lateMs / 1000} s`,
      why: 'it hangs, was stopped with ^Z, or is still at work; what it was asked may be done later',
      next: `pxectl logs; pxectl down ends it in any case`,
      cause: error,
    });
  }
  return engineError('E_CONTROL', {
    what: `the running pxectl (pid ${pid}) cannot be asked`,
    why:
      code === 'ENOENT' || code === 'ECONNREFUSED'
        ? `nobody listens on ${layout.controlSocket}: it is just stopping, or the file was removed`
        : String(error),
    next: 'pxectl status; when it stays up: pxectl down, then pxectl up',
    cause: error,
  });
}

/** What the running pxectl said, thrown here as it was thrown there. */
function refused({ error: { kind, code, message, why, next, details } }: ErrorReply): Error {
  if (kind === 'bug') return new Error(`in the running pxectl: ${message}`);
  const said: ErrorDetails = {
    what: message,
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
    ...(details === undefined ? {} : { details }),
  };
  return new PxectlError(kind, code as ErrorCode, said);
}
