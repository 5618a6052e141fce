import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BootEvent } from '../../../../src/model/boot-event.ts';
import { claimsOfBoot } from '../../../support/claims-of-boot.ts';

const recordings = new URL('../../../../fixtures/healthy-boots/', import.meta.url);
const names = readdirSync(recordings).filter((name) => name.endsWith('.jsonl'));

describe.each(names)('healthy boot %s', (name) => {
  const events = readFileSync(new URL(name, recordings), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BootEvent);
  const mac = events.find(({ type }) => type === 'dhcp.discover')?.mac;
  // a machine that starts its own disk asks for no seed, and is not heard of again
  const isArmed = !name.endsWith('-disk.jsonl');
  const machines = mac === undefined ? [] : [{ mac, name: 'pc', isArmed }];

  it('is claimed to be ill at no moment', () => {
    if (isArmed) expect(events.at(-1)?.type).toBe('seed.requested');
    expect(claimsOfBoot(events, { machines, afterMs: 240_000 })).toEqual([]);
  });

  it('nor when everything takes half as long again', () => {
    expect(claimsOfBoot(events, { machines, afterMs: 0, slower: 1.5 })).toEqual([]);
  });
});
