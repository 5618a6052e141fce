import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../model/errors.ts';
import { readinessMac } from '../../engine/readiness-client.ts';
import { broadcastToServers, requestBootFile, type PxeReply } from '../../net/pxe-exchange.ts';
import { tftpGet } from '../../net/tftp-get.ts';
import { parseIpv4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import { MESSAGE_TYPE, messageTypeOf } from '../../protocol/dhcp/dhcp-packet.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { clientPacket } from '../../protocol/pxe/client-packet.ts';
import { readReply } from '../analyse/read-reply.ts';
import {
  bootFileOf,
  type HttpRead,
  type ProgramSeen,
  type ReplySeen,
  type RequestSeen,
  type TftpRead,
} from '../analyse/observation.ts';
import { selectOffer } from '../analyse/simulate/edk2-offers.ts';
import { httpBootTakes, ipxeTakes } from '../analyse/simulate/second-stage.ts';
import { judgeWalks, type ProbeResult } from './judge-walks.ts';
import { mayBeAsked } from './may-be-asked.ts';
import { PROBE_CLIENTS, type ProbeClient } from './probe-clients.ts';
import { filesOfScript } from './script-files.ts';
import { timeoutSignal } from '../../platform/timeout-signal.ts';

export interface ProbeOptions {
  /** this host's own address on the network that is asked */
  readonly localAddress: Ipv4Address;
  readonly clients?: readonly ProbeClient[];
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** how long offers are collected; EDK2 waits four seconds */
  readonly offerWaitMs?: number;
  /** between two clients: routers answer only so many requests in a while */
  readonly pauseMs?: number;
}

/** dnsmasq and others ping an address for 3 s before they offer it */
const OFFER_WAIT_MS = 4_000;
const PAUSE_MS = 1_000;
const BOOT_FILE_WAIT_MS = 3_000;
const HTTP_TIMEOUT_MS = 5_000;
const MAX_SCRIPT_BYTES = 256 * 1024;

interface OpenWalk {
  readonly client: ProbeClient;
  readonly mac: MacAddress;
  readonly steps: string[];
  readonly phase: { requests: RequestSeen[]; replies: ReplySeen[]; tftp: TftpRead[]; http: HttpRead[] };
}

/**
 * Plays every kind of client from DISCOVER to the last byte of its loader, and looks whether the files after it are
 * there. Never requests an address, so that no lease changes. Works against any boot server.
 * @throws a Node system error when port 68 is in use or needs rights
 */
export async function probeNetwork(options: ProbeOptions): Promise<ProbeResult> {
  const clients = options.clients ?? PROBE_CLIENTS;
  const walks: OpenWalk[] = [];
  for (const [index, client] of clients.entries()) {
    if (options.signal?.aborted === true) break;
    if (index > 0) await sleep(options.pauseMs ?? PAUSE_MS);
    options.onProgress?.(`asking as ${client.name}`);
    walks.push(await walk(client, options));
  }
  return judgeWalks(
    walks.map(({ client, steps, phase, mac }) => ({
      client,
      steps,
      mac,
      phase: { firmware: client.firmware, architectures: client.architectures, refused: [], ...phase },
    })),
  );
}

async function walk(client: ProbeClient, options: ProbeOptions): Promise<OpenWalk> {
  const mac = readinessMac();
  const open: OpenWalk = { client, mac, steps: [], phase: { requests: [], replies: [], tftp: [], http: [] } };
  const identity = {
    mac,
    uuid: uuidOf(mac),
    architectures: client.architectures,
    ...(client.isHttp ? { isHttp: true } : {}),
    ...(client.isIpxe ? { isIpxe: true } : {}),
  };
  const replies = await broadcastToServers({
    localAddress: options.localAddress,
    packet: clientPacket(identity, { messageType: MESSAGE_TYPE.discover, xid: newXid() }),
    waitMs: options.offerWaitMs ?? OFFER_WAIT_MS,
    isEnough: () => false,
  });
  noteRequest(open, 'discover', 67, undefined);
  for (const reply of withoutRepeats(replies)) noteReply(open, reply);
  const boot = chooseAnswer(open, client);
  if (!boot) {
    open.steps.push(open.phase.replies.length === 0 ? 'no answer' : 'no answer that it can boot from');
    return open;
  }
  const answer = boot.asksPort4011 ? await askPort4011(open, identity, boot.reply, options) : boot.reply;
  if (answer) await followFile(open, answer, options);
  return open;
}

/** The answer that this client goes on with, by its firmware's own rules. */
function chooseAnswer(
  open: OpenWalk,
  client: ProbeClient,
): { reply: ReplySeen; asksPort4011: boolean } | undefined {
  const { replies } = open.phase;
  if (client.isIpxe) {
    const reply = replies.find(ipxeTakes);
    return reply && { reply, asksPort4011: false };
  }
  if (client.isHttp) {
    const reply = replies.find(httpBootTakes);
    return reply && { reply, asksPort4011: false };
  }
  const selected = selectOffer(replies);
  const [reply] =
    selected?.boot ?? replies.filter((candidate) => candidate.vendorClass?.startsWith('PXEClient') === true);
  if (!reply) return undefined;
  // BIOS ROMs load at once what an offer with option 43 names; UEFI asks again
  const isDirect = client.firmware === 'bios' && bootFileOf(reply) !== undefined;
  return { reply, asksPort4011: !isDirect && (selected?.asksPort4011 ?? true) };
}

async function askPort4011(
  open: OpenWalk,
  identity: Parameters<typeof clientPacket>[0],
  offer: ReplySeen,
  options: ProbeOptions,
): Promise<ReplySeen | undefined> {
  const server = offer.nextServer ?? offer.server;
  if (server === undefined) return offer;
  noteRequest(open, 'request', 4011, server);
  const packet = clientPacket(identity, {
    messageType: MESSAGE_TYPE.request,
    xid: newXid(),
    clientAddress: options.localAddress,
  });
  const [reply] = await requestBootFile({
    localAddress: options.localAddress,
    server,
    packet,
    waitMs: BOOT_FILE_WAIT_MS,
  });
  if (!reply) {
    open.steps.push(`no answer from ${server} port 4011`);
    return undefined;
  }
  return noteReply(open, reply);
}

async function followFile(open: OpenWalk, answer: ReplySeen, options: ProbeOptions): Promise<void> {
  const file = bootFileOf(answer);
  if (file === undefined) return;
  if (/^https?:\/\//i.test(file)) return followUrl(open, file, options);
  const server = answer.nextServer ?? answer.server;
  const tftpUrl = /^tftp:\/\/([\d.]+)\/(.*)$/i.exec(file);
  const host = tftpUrl ? parseIpv4(tftpUrl[1] ?? '') : server;
  const path = tftpUrl?.[2] ?? file;
  if (host !== undefined) await readOverTftp(open, host, path, options);
}

async function readOverTftp(
  open: OpenWalk,
  server: Ipv4Address,
  path: string,
  options: ProbeOptions,
): Promise<void> {
  const base = { path, server, timeMs: Date.now(), lastTimeMs: Date.now() };
  const source = `probe ${open.client.name}`;
  try {
    const got = await tftpGet({ server, path, localAddress: options.localAddress });
    const program = programOf(got.head);
    open.phase.tftp.push({
      ...base,
      evidence: {
        source,
        text: `TFTP ${path} from ${server}: ${got.sizeBytes} bytes in ${got.durationMs} ms`,
      },
      outcome: 'done',
      sizeBytes: got.sizeBytes,
      sentBytes: got.sizeBytes,
      ...(program === undefined ? {} : { program }),
    });
    open.steps.push(`${path}: ${got.sizeBytes} bytes over TFTP from ${server}`);
  } catch (error) {
    const message = messageOf(error);
    const outcome = tftpOutcomeOf(message);
    open.phase.tftp.push({
      ...base,
      evidence: { source, text: `TFTP ${path} from ${server}: ${message}` },
      outcome,
      message,
    });
    open.steps.push(`${path}: ${message}`);
  }
}

async function followUrl(open: OpenWalk, url: string, options: ProbeOptions): Promise<void> {
  const target = url.replaceAll(/\$\{(?:net\d\/)?mac(?::hexhyp)?\}/g, open.mac.replaceAll(':', '-'));
  if (!URL.canParse(target)) return;
  const response = await askHttp(open, target, /\.ipxe(?:\?|$)/.test(target) ? 'GET' : 'HEAD', options);
  if (response === undefined || !response.startsWith('#!ipxe')) return;
  for (const { url: next, what } of filesOfScript(response, target)) {
    if (options.signal?.aborted === true) return;
    await askHttp(open, next, 'HEAD', options, what);
  }
}

/** The body of a GET; undefined for HEAD and failures, which are noted. */
async function askHttp(
  open: OpenWalk,
  url: string,
  method: 'GET' | 'HEAD',
  options: ProbeOptions,
  what = 'file',
): Promise<string | undefined> {
  const { pathname, search, hostname } = new URL(url);
  const server = parseIpv4(hostname);
  const base = {
    method,
    path: `${pathname}${search}`,
    timeMs: Date.now(),
    ...(server === undefined ? {} : { server }),
  };
  const source = `probe ${open.client.name}`;
  if (!(await mayBeAsked(hostname, options.localAddress))) {
    open.steps.push(`${url}: not asked, since it is of this computer alone, or no address is known of it`);
    return undefined;
  }
  try {
    const timeout = timeoutSignal(HTTP_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    const response = await fetch(url, {
      method,
      signal,
      redirect: 'manual',
      headers: { 'user-agent': 'pxectl-doctor' },
    });
    const size = Number(response.headers.get('content-length') ?? '0');
    const body = method === 'GET' && size <= MAX_SCRIPT_BYTES ? await response.text() : undefined;
    // a seed is only for the machine that it was made for: being refused is as it should be
    const isRefusedSeed = what === 'seed' && (response.status === 403 || response.status === 404);
    if (!isRefusedSeed) {
      open.phase.http.push({
        ...base,
        evidence: { source, text: `HTTP ${method} ${url}: ${response.status}, ${size} bytes` },
        status: response.status,
        sizeBytes: size,
        isDone: response.ok,
      });
    }
    open.steps.push(
      `${url}: ${response.status}${isRefusedSeed ? ' (kept for its machine)' : `, ${size} bytes`}`,
    );
    return response.ok ? body : undefined;
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
    open.phase.http.push({ ...base, evidence: { source, text: `HTTP ${method} ${url}: ${cause}` } });
    open.steps.push(`${url}: ${cause}`);
    return undefined;
  }
}

function noteRequest(
  open: OpenWalk,
  type: 'discover' | 'request',
  port: 67 | 4011,
  server: Ipv4Address | undefined,
): void {
  open.phase.requests.push({
    evidence: {
      source: `probe ${open.client.name}`,
      text: `${type.toUpperCase()} to port ${port}${server === undefined ? '' : ` of ${server}`}`,
    },
    timeMs: Date.now(),
    type,
    port,
    wantsBroadcast: true,
    ...(server === undefined ? {} : { server }),
  });
}

function noteReply(open: OpenWalk, { packet, from }: PxeReply): ReplySeen | undefined {
  const type = messageTypeOf(packet);
  if (type !== MESSAGE_TYPE.offer && type !== MESSAGE_TYPE.ack) return undefined;
  const path = { source: from.address, sourcePort: from.port, timeUs: Date.now() * 1000, frameNumber: 0 };
  const seen = readReply(path, packet, type === MESSAGE_TYPE.offer ? 'offer' : 'ack');
  const reply: ReplySeen = {
    ...seen,
    evidence: { source: `probe ${open.client.name}`, text: seen.evidence.text },
  };
  open.phase.replies.push(reply);
  open.steps.push(seen.evidence.text);
  return reply;
}

/** The same server's answer to the repeated DISCOVER counts once. */
function withoutRepeats(replies: readonly PxeReply[]): readonly PxeReply[] {
  const seen = new Set<string>();
  return replies.filter(({ from, packet }) => {
    const key = `${from.address}/${packet.yiaddr}/${packet.bootFile}`;
    return !seen.has(key) && seen.add(key);
  });
}

function tftpOutcomeOf(message: string): TftpRead['outcome'] {
  if (/not found|error 1\b/i.test(message)) return 'missing';
  if (/access|permission|denied|error 2\b/i.test(message)) return 'denied';
  if (/no answer/i.test(message)) return /block/.test(message) ? 'stalled' : 'no-answer';
  return 'server-error';
}

function programOf(head: Uint8Array): ProgramSeen | undefined {
  if (head[0] !== 0x4d || head[1] !== 0x5a) return { kind: 'other' };
  try {
    const { machine, machineCode, isSigned } = decodePe(head, Number.MAX_SAFE_INTEGER);
    return { kind: 'efi', machine: machine ?? `machine ${machineCode}`, isSigned };
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function newXid(): number {
  return randomInt(1, 0x1_0000_0000);
}

function uuidOf(mac: MacAddress): string {
  const node = mac.replaceAll(':', '');
  return `70786500-0000-4000-8000-${node.slice(0, 8)}${randomBytes(2).toString('hex')}`;
}
