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

/** Subiquity's webhook without its log files is a tenth of it; reading a mebibyte of braces would hold everybody up. */
const MAX_READ_BYTES = 64 * 1024;
const RESULTS = ['SUCCESS', 'WARN', 'FAIL'];

/**
 * Reads what is posted to `…/progress`: JSON with `stage` and `percent`; the webhook of subiquity and curtin (name, description,
 * result, and log files that are left out); or a line of text as shells send it, `40% packages`; without a body `word` is the stage.
 */
export function readProgress(body: Uint8Array, word: string): Progress {
  const raw = Buffer.from(body.subarray(0, MAX_READ_BYTES)).toString('utf8');
  if (raw.trim() === '') return stageOf(word);
  const said = objectOf(raw);
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
  const [, percent, stage] = /^\s*(\d{1,3})\s*%\s*(.*)$/.exec(line) ?? [];
  return percent === undefined ? stageOf(line) : { ...stageOf(stage ?? ''), ...percentOf(Number(percent)) };
}

const stageOf = (text: string): { readonly stage: string } => ({
  stage: printable(text.trim()),
});

function percentOf(percent: unknown): { readonly percent?: number } {
  const isPercent = typeof percent === 'number' && percent >= 0 && percent <= 100;
  return isPercent ? { percent: Math.round(percent) } : {};
}

/** The object that a JSON text is; undefined for any other text. */
function objectOf(raw: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** `40 %, installing kernel: FAIL`, for people. */
export function progressText({ stage, percent, result }: Progress): string {
  const known = [...(percent === undefined ? [] : [`${percent} %`]), ...(stage === '' ? [] : [stage])].join(
    ', ',
  );
  return result === undefined || result === 'SUCCESS' ? known : `${known}: ${result}`;
}
