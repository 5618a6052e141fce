import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { isBoot, limitsOf } from '../../../../src/doctor/analyse/coverage.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';

const healthy = linesOf('captures/bios-pxelinux.dnsmasq.log');
const failing = linesOf('failures/loader-missing/dnsmasq.log');

function linesOf(name: string): readonly string[] {
  const text = readFileSync(new URL(`../../../../fixtures/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !/exiting on/.test(line));
}

/** The boot of another machine, with transaction numbers of its own. */
function bootOf(lines: readonly string[], machine: number, boot: number): string[] {
  const mac = `52:54:01:00:${byte(machine >> 8)}:${byte(machine & 255)}`;
  const address = `10.1.${machine >> 8}.${machine & 255}`;
  return lines
    .filter((line) => !/started, version|compile time|DHCP, |TFTP root/.test(line))
    .map((line) =>
      line
        .replaceAll('52:54:00:12:34:56', mac)
        .replaceAll('192.168.1.40', address)
        .replace(/(?<=\]: )\d{6,10}(?= )/, (xid) => String((Number(xid) + boot * 7919) % 4_294_967_296)),
    );
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function judge(lines: readonly string[]) {
  const observations = observeLines(lines);
  return {
    findings: analyse(observations).filter(({ severity }) => severity === 'error'),
    limits: limitsOf(observations).map(({ text }) => text),
    clientCount: observations.clients.filter(isBoot).length + (observations.settled?.clientCount ?? 0),
    kept: observations.clients.flatMap(({ phases }) => phases).length,
  };
}

describe('a log of very many boots', () => {
  it('of two machines: the boots are summed up, and each machine counts once', () => {
    const lines = [...healthy, ...range(700).flatMap((boot) => bootOf(healthy, boot % 2, boot))];
    const { findings, limits, clientCount, kept } = judge(lines);
    expect({ findings, limits, clientCount }).toEqual({ findings: [], limits: [], clientCount: 3 });
    expect(kept).toBeLessThan(200);
  });

  it('of which one failed, long ago: it is found, and its own lines are quoted', () => {
    const before = bootOf(healthy, 1, 0);
    const lines = [
      ...before,
      ...failing,
      ...range(700).flatMap((boot) => bootOf(healthy, 1 + (boot % 70), boot)),
    ];
    const { findings } = judge(lines);
    expect(findings.map(({ id }) => id)).toEqual(['loader-missing']);
    const quoted = findings.flatMap(({ evidence }) => evidence.map(({ source }) => Number(source.slice(4))));
    expect(Math.max(...quoted)).toBeLessThanOrEqual(before.length + failing.length);
  });

  it('of very many machines that fail alike: some are listed, the others are counted', () => {
    const { findings, limits, clientCount } = judge(
      range(3000).flatMap((machine) => bootOf(failing, machine, machine)),
    );
    expect(new Set(findings.map(({ id }) => id))).toEqual(new Set(['loader-missing']));
    expect(findings.length).toBeLessThan(1100);
    expect(clientCount).toBe(3000);
    const [, more] =
      /loader-missing was found in (\d+) more boots than are listed/.exec(limits.join('\n')) ?? [];
    expect(findings.length + Number(more)).toBe(3000);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
