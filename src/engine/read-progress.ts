import { printable } from '../model/printable.ts';

/** What an installer tells of its way. */
export interface Progress {
  /** one line for people */
  readonly stage: string;
  /** 0 to 100, where the installer knows it */
  readonly percent?: number;
  /** of a stage that is over, as subiquity and curtin say it: SUCCESS, WARN, FAIL */
  readonly result?: string;
}

/** subiquity's webhook without its logs is less than 8 KiB; parsing holds up everybody */
const MAX_PARSED_BYTES = 64 * 1024;
const RESULTS = ['SUCCESS', 'WARN', 'FAIL'];

/**
 * Reads what is posted to `…/progress`: JSON with `stage` and `percent`; the webhook of subiquity and curtin (name, description,
 * result, and log files that are left out); or a line of text as shells send it, `40% packages`; without a body `word` is the stage.
 */
export function readProgress(body: Uint8Array, word: string): Progress {
  const raw = Buffer.from(body.subarray(0, MAX_PARSED_BYTES)).toString('utf8');
  if (raw.trim() === '') return stageOf(word);
  const said = body.length > MAX_PARSED_BYTES ? firstWordsOf(raw) : objectOf(raw);
  if (said === undefined) return textProgress(raw.split('\n', 1)[0] ?? '');
  const { stage, percent, name, description, result } = said;
  const words = typeof stage === 'string' ? [stage] : [name, description];
  return {
    ...stageOf(words.filter((word) => typeof word === 'string' && word !== '').join(': ')),
    ...percentOf(percent),
    ...(typeof result === 'string' && RESULTS.includes(result) ? { result } : {}),
  };
}

function textProgress(line: string): Progress {
  const [, percent, stage] = /^\s*(\d{1,3})\s*%\s*(.*)/s.exec(line) ?? [];
  return percent === undefined ? stageOf(line) : { ...stageOf(stage ?? ''), ...percentOf(Number(percent)) };
}

const stageOf = (text: string): { readonly stage: string } => ({
  stage: printable(text.trim()),
});

function percentOf(percent: unknown): { readonly percent?: number } {
  const isPercent = typeof percent === 'number' && percent >= 0 && percent <= 100;
  return isPercent ? { percent: Math.round(percent) } : {};
}

/** What stands before the log files of a webhook that is cut; undefined for any other text. */
function firstWordsOf(raw: string): Readonly<Record<string, unknown>> | undefined {
  if (!raw.trimStart().startsWith('{')) return undefined;
  const pairs = raw
    .slice(0, 8192)
    .matchAll(/"(stage|name|description|result)"\s*:\s*("(?:[^"\\\n]|\\.){0,400}")/g);
  return Object.fromEntries(Array.from(pairs, ([, key = '', text = '""']) => [key, textOf(text)]));
}

function textOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The object that a JSON text is; undefined for any other text. */
function objectOf(raw: string): Readonly<Record<string, unknown>> | undefined {
  const value = textOf(raw);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** `40 %, installing kernel: FAIL`, for people. */
export function progressText({ stage, percent, result }: Progress): string {
  const known = [...(percent === undefined ? [] : [`${percent} %`]), ...(stage === '' ? [] : [stage])].join(
    ', ',
  );
  return result === undefined || result === 'SUCCESS' ? known : `${known}: ${result}`;
}
