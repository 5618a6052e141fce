import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BOOT_EVENT_TYPES, type BootEvent } from '../../../src/model/boot-event.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { parseRecord, type RecordedBoot } from '../../../src/watch/boot-record.ts';
import { Metrics } from '../../../src/watch/metrics.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { recordedBoot } from '../../support/recorded-boots.ts';

const docs = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const metricsOf = (): Metrics =>
  new Metrics({
    ...{ version: '0.1.0', engine: () => 'builtin', runningBoots: () => 2 },
    lifeStates: () => ['idle', 'armed', 'idle'],
    troubles: () => [{ severity: 'error' }],
  });
let serial = 0;
const event = (type: BootEvent['type'], detail: BootEvent['detail'] = {}): BootEvent => ({
  ...{ time: new Date().toISOString(), type, detail },
  ip: `10.0.${(serial >> 8) & 255}.${serial++ & 255}` as Ipv4Address,
});
const boot = (finding?: string): RecordedBoot => {
  const record = parseRecord(
    recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z', ...(finding === undefined ? {} : { finding }) }),
  );
  if (record === undefined) throw new Error('no boot');
  return record;
};
/** What promtool says of a text when it is not content. */
function promtool(what: 'metrics' | 'rules', text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-promtool-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'text'), text);
  const args = ['check', what, ...(what === 'rules' ? [join(folder, 'text')] : [])];
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    input: text,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

describe('the numbers', () => {
  it('count boots, stages, bytes, transfers, DHCP and machines', async () => {
    const metrics = metricsOf();
    const read = { path: 'ipxe/snponly.efi' };
    const [started, running] = [event('tftp.start', read), event('http.get', { path: '/x' })];
    for (const one of [started, running]) metrics.take(one);
    expect(await metrics.text()).toContain('pxectl_transfers_running{protocol="tftp"} 1');
    metrics.take({ ...started, type: 'tftp.done', detail: { ...read, sentBytes: 230_000 } });
    metrics.take({ ...running, type: 'http.error', detail: { path: '/x', sentBytes: 5 } });
    for (const one of ['dhcp.offer', 'dhcp.offer', 'dhcp.ack'] as const) metrics.take(event(one));
    metrics.take(event('dhcp.ignored', { reason: 'not-pxe' }));
    metrics.takeBoot(boot());
    metrics.takeBoot(boot('x'));
    const text = await metrics.text();
    for (const line of [
      'pxectl_boots_total{firmware="uefi-x64",outcome="booted"} 1',
      'pxectl_boots_total{firmware="uefi-x64",outcome="failed"} 1',
      'pxectl_boot_findings_total{finding="kernel-not-requested"} 1',
      'pxectl_boot_stage_duration_seconds_bucket{le="5",firmware="uefi-x64",stage="loader"} 2',
      'pxectl_boot_stage_duration_seconds_sum{firmware="uefi-x64",stage="loader"} 8',
      'pxectl_sent_bytes_total{protocol="tftp"} 230000',
      'pxectl_sent_bytes_total{protocol="http"} 5',
      'pxectl_transfers_total{protocol="tftp",result="done"} 1',
      'pxectl_transfers_running{protocol="tftp"} 0',
      'pxectl_dhcp_answers_total{type="offer"} 2',
      'pxectl_dhcp_ignored_total{reason="not-pxe"} 1',
      'pxectl_machines{state="idle"} 2',
      'pxectl_machines{state="failed"} 0',
      'pxectl_network_troubles{severity="error"} 1',
      'pxectl_boots_running 2',
      'pxectl_build_info{version="0.1.0",engine="builtin"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('stay few, and hold no name and no address, whatever a network sends', async () => {
    const metrics = metricsOf();
    for (let number = 0; number < 20_000; number++) {
      metrics.take(
        event('dhcp.ignored', { reason: number % 2 ? `reason-${number}` : '"}\n\u001b[31m evil 1' }),
      );
      metrics.take(event('tftp.start', { path: `x${number}` }));
      metrics.take(event('http.missing', { path: `/52:54:00:12:34:56/${number}"}` }));
    }
    metrics.takeBoot(boot('<b>"}\n'));
    const text = await metrics.text();
    expect(text.split('\n').length).toBeLessThan(250);
    expect(text).not.toMatch(/52:54|evil|\u001b|<b>|10\.0\.\d/);
  });

  itNeeds('promtool')('are such as promtool wants them', async () => {
    const metrics = metricsOf();
    for (const type of BOOT_EVENT_TYPES) metrics.take(event(type, { path: 'x', sentBytes: 1, reason: 'x' }));
    metrics.takeBoot(boot('x'));
    expect(promtool('metrics', await metrics.text())).toBe('');
    // and it would tell
    expect(promtool('metrics', '# HELP x_total x\n# TYPE x_total gauge\nx_total 1\n')).toContain('x_total');
  });
});

describe('what docs/ has for the numbers', () => {
  const dashboard = JSON.parse(docs('grafana-dashboard.json')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('names metrics that there are, all of them in metrics.md', async () => {
    const metrics = metricsOf();
    metrics.takeBoot(boot('x'));
    const there = new Set((await metrics.text()).match(/(?<=# TYPE )\w+/g));
    const named = (text: string) =>
      new Set((text.match(/\b(?:pxectl|process)_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, '')));
    for (const text of [expressions.join('\n'), docs('alert-rules.yaml')]) {
      expect([...named(text)].filter((name) => !there.has(name))).toEqual([]);
    }
    expect(named(docs('metrics.md'))).toEqual(there);
  });

  itNeeds('promtool')('is what promtool accepts: the alert rules, and the queries of the dashboard', () => {
    expect(promtool('rules', docs('alert-rules.yaml'))).toBe('');
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    expect(expressions.length).toBeGreaterThan(10);
    expect(promtool('rules', JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))).toBe('');
    expect(promtool('rules', 'groups: [{ name: x, rules: [{ alert: x, expr: "sum(" }] }]')).not.toBe('');
  });
});
