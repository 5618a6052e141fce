import { parseDocument } from 'yaml';
import type { Finding } from '../../model/finding.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { lineEvidence } from './script-lines.ts';

/** Ports of a boot server that do not come well through Docker's bridge, with what happens there. */
const PORTS = [
  {
    port: '67',
    severity: 'error',
    why: 'Clients ask by broadcast, which does not reach a container in a bridge network.',
  },
  {
    port: '69',
    severity: 'warning',
    why: 'A TFTP server answers from a new port for each file: through the address translation of a bridge network the answers arrive only where Docker and the firewall happen to pass them, and on Docker Desktop never.',
  },
] as const;

/** A compose file whose boot server lies in a bridge network. What the server itself is told stands elsewhere. */
export function lintCompose(path: string, text: string): readonly Finding[] {
  return servicesOf(text).flatMap(([name, service]) => {
    if ('network_mode' in service) return [];
    const ports = Array.isArray(service['ports']) ? service['ports'].map(udpPortOf) : [];
    const { port, severity, why } = PORTS.find((one) => ports.includes(one.port)) ?? {};
    if (port === undefined || severity === undefined || why === undefined) return [];
    const lines = text.split(/\r?\n/);
    const from = lines.findIndex((line) => new RegExp(`^\\s+["']?${escape(name)}["']?\\s*:`).test(line));
    const index = lines.findIndex((line, at) => at > from && new RegExp(`\\b${port}\\b`).test(line));
    return [
      makeFinding('container-not-on-host-network', [lineEvidence(path, index, lines[index] ?? '')], {
        severity,
        title: `service ${name} publishes UDP port ${port} and is not on the host's network`,
        cause: why,
      }),
    ];
  });
}

function servicesOf(text: string): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return [];
  const whole: unknown = document.toJS({ maxAliasCount: 100 });
  const services = isRecord(whole) && isRecord(whole['services']) ? whole['services'] : {};
  return Object.entries(services).flatMap(([name, service]) =>
    isRecord(service) ? [[name, service] as const] : [],
  );
}

/** `69:69/udp`, `192.168.1.5:69:69/udp`, or { target: 69, protocol: udp }: the port inside the container. */
function udpPortOf(port: unknown): string | undefined {
  if (isRecord(port)) return port['protocol'] === 'udp' ? String(port['target']) : undefined;
  return typeof port === 'string' ? /(?:^|:)(\d+)\/udp$/.exec(port)?.[1] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
