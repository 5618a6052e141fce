import { createHash } from 'node:crypto';
import { printable } from '../../model/printable.ts';
import { bootDurationMs, stageSpans } from '../../model/stage-spans.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import { Delivery, NotSendable, type DeliveryOptions } from './delivery.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where spans go: what the file says, or the variables that OpenTelemetry has for it. */
export function spansUrl(endpoint: string | undefined, environment: Environment): string | undefined {
  const whole = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '';
  const base = endpoint ?? (whole === '' ? environment['OTEL_EXPORTER_OTLP_ENDPOINT'] : whole) ?? '';
  if (base === '' || !URL.canParse(base)) return undefined;
  if (endpoint === undefined && base === whole) return whole;
  const url = new URL(base);
  if (!url.pathname.endsWith('/v1/traces'))
    url.pathname = `${url.pathname.replace(/(?<!\/)\/+$/, '')}/v1/traces`;
  return url.href;
}

/** `OTEL_EXPORTER_OTLP_HEADERS`: `key=value,key=value`, percent-encoded. */
function headersOf(environment: Environment): Readonly<Record<string, string>> {
  const pairs = (environment['OTEL_EXPORTER_OTLP_HEADERS'] ?? '')
    .split(',')
    .filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at).trim();
      try {
        return [name, decodeURIComponent(pair.slice(at + 1).trim())];
      } catch {
        throw new NotSendable(`its header ${printable(name, 64)} is not percent-encoded`);
      }
    }),
  );
}

/** Sends each boot that ended as a trace: OTLP/HTTP in JSON, one span for the boot and one for each stage. */
export class BootSpans {
  readonly #delivery: Delivery;

  constructor(
    options: DeliveryOptions & { readonly version: string },
    private readonly environment: Environment = process.env,
  ) {
    this.#delivery = new Delivery(options);
    this.#version = options.version;
  }

  readonly #version: string;

  takeBoot(boot: RecordedBoot, isOfStranger: boolean): void {
    const body = JSON.stringify(otlpTrace(boot, this.#version));
    this.#delivery.send({ body, isOfStranger, headers: () => headersOf(this.environment) });
  }

  close(): Promise<void> {
    return this.#delivery.close();
  }
}

const text = (key: string, value: string): unknown => ({ key, value: { stringValue: value } });
/** Numbers of 64 bits are text in the JSON of protobuf. */
const number = (key: string, value: number): unknown => ({
  key,
  value: { intValue: String(Math.round(value)) },
});
const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`;
const STATUS_OK = 1;
const STATUS_ERROR = 2;
const SPAN_KIND_INTERNAL = 1;

/** An ExportTraceServiceRequest of opentelemetry-proto 1. */
export function otlpTrace(boot: RecordedBoot, version: string): unknown {
  const whole = `${boot.mac} ${boot.startedAt}`;
  const hash = (words: string, digits: number): string =>
    createHash('sha256').update(words).digest('hex').slice(0, digits);
  const traceId = hash(whole, 32);
  const rootId = hash(`${whole} boot`, 16);
  const startMs = Date.parse(boot.startedAt);
  const [finding] = boot.findings;
  const status =
    boot.outcome === 'failed'
      ? { code: STATUS_ERROR, message: finding?.title ?? 'failed' }
      : { code: boot.outcome === 'installed' ? STATUS_OK : 0 };
  const about = { traceId, kind: SPAN_KIND_INTERNAL };
  const root = {
    ...{ ...about, spanId: rootId, name: 'boot', status },
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(startMs + bootDurationMs(boot)),
    attributes: [
      ...[text('pxectl.boot.id', boot.id), text('pxectl.boot.outcome', boot.outcome)],
      ...[text('pxectl.machine.mac', boot.mac), text('pxectl.firmware', boot.firmware ?? 'unknown')],
      ...(boot.machineName === undefined ? [] : [text('pxectl.machine.name', boot.machineName)]),
      ...(finding === undefined ? [] : [text('pxectl.finding', finding.id)]),
    ],
  };
  const spans = new Map(stageSpans(boot).map(({ stage, spanMs }) => [stage, spanMs]));
  const stages = boot.stages.map(({ stage, startedAt, detail, sizeBytes }) => ({
    ...{ ...about, spanId: hash(`${whole} ${stage}`, 16), parentSpanId: rootId, name: stage },
    startTimeUnixNano: nanoseconds(Date.parse(startedAt)),
    endTimeUnixNano: nanoseconds(Date.parse(startedAt) + (spans.get(stage) ?? 0)),
    attributes: [
      text('pxectl.detail', detail),
      ...(sizeBytes === undefined ? [] : [number('pxectl.size_bytes', sizeBytes)]),
    ],
  }));
  return {
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', 'pxectl'), text('service.version', version)] },
        scopeSpans: [{ scope: { name: 'pxectl', version }, spans: [root, ...stages] }],
      },
    ],
  };
}
