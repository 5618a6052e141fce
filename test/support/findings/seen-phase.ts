import type {
  HttpRead,
  Observations,
  Phase,
  ReplySeen,
  RequestSeen,
  TftpRead,
} from '../../../src/doctor/analyse/observation.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';

/** Pieces of what a capture or a log shows of one client, in few words. */
export const ip = (text: string): Ipv4Address => text as Ipv4Address;
export const SERVER = ip('192.168.1.1');
export const CLIENT = '52:54:00:12:34:56' as MacAddress;
let packet = 0;
const seen = (text: string, timeMs: number) => ({ evidence: { source: `packet ${++packet}`, text }, timeMs });

export const request = (
  type: RequestSeen['type'],
  timeMs: number,
  more: Partial<RequestSeen> = {},
): RequestSeen => ({ ...seen(type, timeMs), type, port: 67, ...more });

export const reply = (type: ReplySeen['type'], timeMs: number, more: Partial<ReplySeen> = {}): ReplySeen => ({
  ...seen(type, timeMs),
  type,
  port: 67,
  server: SERVER,
  leasedAddress: ip('192.168.1.20'),
  ...more,
});

export const httpRead = (path: string, timeMs: number, more: Partial<HttpRead> = {}): HttpRead => ({
  ...seen(`GET ${path}`, timeMs),
  ...{ method: 'GET', path, server: SERVER, ...more },
});

export const tftpRead = (
  path: string,
  outcome: TftpRead['outcome'],
  timeMs: number,
  more: Partial<TftpRead> = {},
): TftpRead => ({ ...seen(`read ${path}`, timeMs), path, server: SERVER, outcome, ...more });

/** One client with one phase, as a capture of 100 s shows it unless `more` says otherwise. */
export function observationsOf(phase: Partial<Phase>, more: Partial<Observations> = {}): Observations {
  const empty = { requests: [], replies: [], tftp: [], http: [], refused: [] };
  return {
    vantage: 'capture',
    clients: [{ mac: CLIENT, phases: [{ firmware: 'uefi-x64', architectures: [7], ...empty, ...phase }] }],
    server: {},
    problems: [],
    firstTimeMs: 0,
    lastTimeMs: 100_000,
    readCount: 9,
    ...more,
  };
}
