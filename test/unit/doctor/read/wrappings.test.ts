import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { limitsOf } from '../../../../src/doctor/analyse/coverage.ts';
import { LogFileObserver } from '../../../../src/doctor/read/observe-lines.ts';
import { TextLines } from '../../../../src/doctor/read/text-lines.ts';
import { splitPrefix } from '../../../../src/protocol/log-lines/split-prefix.ts';
import { WITH_CLOCK, WITHOUT_CLOCK, type PlainLine, type Wrapping } from '../../../support/log-wrappings.ts';

const fixtures = new URL('../../../../fixtures/', import.meta.url);
const namesIn = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(new URL(folder, fixtures), { recursive: true })
    .map(String)
    .filter((name) => ending.test(name))
    .map((name) => `${folder}${name}`);

/** Logs of dnsmasq, in English and in German; where the program's name was left out there is nothing to wrap. */
const LOGS = [
  ...namesIn('dnsmasq-log/', /\.(?:log|txt)$/),
  ...namesIn('failures/', /dnsmasq\.log$/),
  ...namesIn('captures/', /\.log$/),
  ...namesIn('field/logs/', /\.log$/).filter((name) => !/isc-|tiny-/.test(name)),
];

function linesOf(name: string): readonly PlainLine[] {
  const raw = readFileSync(new URL(name, fixtures), 'utf8').split('\n');
  return raw.flatMap((line, index) => {
    const { program, message } = splitPrefix(line);
    return program?.startsWith('dnsmasq') ? [{ program, message, pid: 4711, second: index }] : [];
  });
}

/** What doctor says, without what depends on the place: the verdict's reasons and the findings. */
function judge(text: string | Uint8Array) {
  const observer = new LogFileObserver();
  const lines = new TextLines();
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  // in pieces of an odd size: a character may stand across two of them
  for (let at = 0; at < bytes.length; at += 1013)
    for (const line of lines.push(bytes.subarray(at, at + 1013))) observer.push(line);
  for (const line of lines.flush()) observer.push(line);
  const observations = observer.finish();
  return {
    findings: analyse(observations).map(({ id, severity, title, client }) => ({
      id,
      severity,
      title,
      client,
    })),
    limits: limitsOf(observations).map(({ text: limit }) => limit.replace(/of \d+ lines/, 'of N lines')),
  };
}

/** Five last words of five runs, transfers alone: without stamps nothing in them tells which came first. */
const ORDERLESS = ['dnsmasq-log/startup-errors-2.90.log', 'field/logs/ipxe-script-missing-again.log'];

describe.each(LOGS)('%s says the same', (name) => {
  const lines = linesOf(name);
  const different = (wrappings: Readonly<Record<string, Wrapping>>, plain: string | Uint8Array) => {
    const right = judge(plain);
    return Object.entries(wrappings)
      .filter(([kind]) => !ORDERLESS.includes(name) || !kind.endsWith('reversed'))
      .map(([kind, wrap]) => ({ kind, ...judge(wrap(lines)) }))
      .filter(({ findings, limits }) => JSON.stringify({ findings, limits }) !== JSON.stringify(right));
  };

  it('in any form without a clock', () => {
    const bare = `${lines.map(({ program, message }) => `${program}: ${message}`).join('\n')}\n`;
    expect(different(WITHOUT_CLOCK, bare)).toEqual([]);
  });

  it('in any form with a clock', () => {
    expect(different(WITH_CLOCK, WITH_CLOCK['docker logs -t']?.(lines) ?? '')).toEqual([]);
  });
});
