import { describe, expect, it } from 'vitest';
import { otlpTrace, spansUrl } from '../../../../src/engine/reporting/boot-spans.ts';
import { NoticeTeller } from '../../../../src/engine/reporting/notice-teller.ts';
import { signatureOf, type NoticeBody } from '../../../../src/engine/reporting/webhooks.ts';
import type { BootEvent } from '../../../../src/model/boot-event.ts';
import type { Machine } from '../../../../src/model/config.ts';
import type { MacAddress } from '../../../../src/protocol/addresses.ts';
import { parseRecord } from '../../../../src/watch/boot-record.ts';
import { recordedBoot } from '../../../support/recorded-boots.ts';

const KNOWN = '52:54:00:12:34:56' as MacAddress;
const teller = (seenBefore: readonly string[] = []) => {
  const told: NoticeBody[] = [];
  const ownerOf = (mac: MacAddress) => (mac === KNOWN ? ({ name: 'node-1' } as Machine) : undefined);
  return { told, notices: new NoticeTeller({ ownerOf, seenBefore, tell: (notice) => told.push(notice) }) };
};
const discover = (mac: string, firmware: BootEvent['firmware'] = 'uefi-x64'): BootEvent => ({
  ...{ time: '2026-11-01T10:00:00.000Z', type: 'dhcp.discover', mac: mac as MacAddress },
  ...(firmware === undefined ? {} : { firmware }),
  detail: { architectures: '7' },
});
const boot = (finding?: string) =>
  parseRecord(
    recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z', ...(finding === undefined ? {} : { finding }) }),
  )!;

describe('who is told of what', () => {
  it('a boot that failed, with why; one that did not is no notice', () => {
    const { told, notices } = teller();
    notices.takeBoot(boot());
    notices.takeBoot(boot('the kernel\n\u001b[31m was not asked for'));
    expect(told).toMatchObject([
      {
        ...{ type: 'boot-failed', text: 'the boot of node-1 failed: the kernel??[31m was not asked for' },
        machine: { name: 'node-1', mac: KNOWN, firmware: 'uefi-x64' },
        boot: { outcome: 'failed', stage: 'kernel', findings: [{ id: 'kernel-not-requested' }] },
      },
    ]);
  });

  it('a machine that nobody knows, once; made-up ones are a bounded number', () => {
    const { told, notices } = teller(['52:54:00:00:00:01']);
    for (const mac of [KNOWN, '52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:02']) {
      notices.take(discover(mac));
    }
    notices.take(discover('52:54:00:00:00:03', 'unknown'));
    expect(told.map(({ type, machine }) => [type, machine.mac])).toEqual([
      ['unknown-machine', '52:54:00:00:00:02'],
    ]);
    for (let number = 0; number < 10_000; number++) {
      notices.take(
        discover(
          `02:00:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`,
        ),
      );
    }
    expect(told).toHaveLength(20);
  });

  it('boots of strangers that failed are a bounded number, those of machines are not', () => {
    const { told, notices } = teller();
    const failed = boot('no kernel');
    const { machineName: _, ...nameless } = failed;
    for (let number = 0; number < 1_000; number++) {
      notices.takeBoot({ ...nameless, mac: '52:54:00:00:00:99' as MacAddress });
    }
    expect(told).toHaveLength(20);
    for (let number = 0; number < 30; number++) notices.takeBoot(failed);
    expect(told).toHaveLength(50);
  });

  it('signs as Standard Webhooks does', () => {
    // the example of the specification's own libraries
    const signed = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
    expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', signed)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });
});

describe('the spans of a boot', () => {
  it('are one for the boot and one for each stage, in the JSON of OTLP', () => {
    const { resourceSpans } = otlpTrace(boot('no kernel'), '0.1.0') as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    const [root, ...stages] = resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    expect(root).toMatchObject({
      ...{ name: 'boot', status: { code: 2, message: 'no kernel' } },
      startTimeUnixNano: '1793527200000000000',
      endTimeUnixNano: '1793527206000000000',
    });
    expect(root?.['traceId']).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.['spanId']).toMatch(/^[0-9a-f]{16}$/);
    expect(stages.map(({ name, parentSpanId, traceId }) => [name, parentSpanId, traceId])).toEqual(
      ['discover', 'loader', 'kernel'].map((stage) => [stage, root?.['spanId'], root?.['traceId']]),
    );
    expect(stages[1]).toMatchObject({
      startTimeUnixNano: '1793527201000000000',
      endTimeUnixNano: '1793527205000000000',
    });
    expect(new Set(stages.map(({ spanId }) => spanId)).size).toBe(3);
  });

  it('go where the file says, else where the variables of OpenTelemetry do', () => {
    expect(spansUrl('http://c:4318', {})).toBe('http://c:4318/v1/traces');
    expect(spansUrl('http://c:4318/v1/traces', {})).toBe('http://c:4318/v1/traces');
    expect(spansUrl(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/x/' })).toBe(
      'http://c:4318/x/v1/traces',
    );
    expect(spansUrl(undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' })).toBe('http://c/own');
    expect(spansUrl(undefined, {})).toBeUndefined();
    expect(spansUrl(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'none' })).toBeUndefined();
  });
});
