import { httpBaseUrl } from '../model/boot-context.ts';
import type { BootAnswer } from '../model/boot-plan.ts';
import { engineError, messageOf, systemCodeOf } from '../model/errors.ts';
import { broadcastToServers, requestBootFile } from '../net/pxe-exchange.ts';
import { tftpGet } from '../net/tftp-get.ts';
import { clientFactsOf } from '../plan/client-facts.ts';
import { planBoot } from '../plan/plan-boot.ts';
import { MESSAGE_TYPE, messageTypeOf } from '../protocol/dhcp/dhcp-packet.ts';
import { clientPacket, type PxeClient } from '../protocol/pxe/client-packet.ts';
import type { EngineInput } from './engine.ts';
import { readinessMac, readinessXid } from './readiness-client.ts';
import { timeoutSignal } from '../platform/timeout-signal.ts';

export interface ReadinessStep {
  readonly step: 'DHCP offer' | 'boot file on port 4011' | 'loader over TFTP' | 'boot script over HTTP';
  /** what was seen, one line */
  readonly seen: string;
}

export interface ReadinessOptions {
  /** the engine's last log lines, shown when a step fails */
  readonly lastLines?: () => readonly string[];
}

/** Kinds of client, the likeliest first: the check is made with the first that gets an answer. */
const ARCHITECTURES = [7, 0, 11, 6] as const;
/** dnsmasq pings an address for 3 s before it offers it */
const LEASE_OFFER_WAIT_MS = 8_000;
const PROXY_OFFER_WAIT_MS = 3_000;
const BOOT_FILE_WAIT_MS = 2_000;
const HTTP_TIMEOUT_MS = 5_000;

/**
 * Asks the running engine what a client would ask: an offer, the boot file from port 4011 (proxy mode), the whole
 * loader over TFTP, and the boot script's head over HTTP. Works against a server on this same machine.
 * @throws PxectlError E_ENGINE_NOT_READY naming the step that failed, with the engine's last log lines
 */
export async function checkReadiness(
  input: EngineInput,
  options: ReadinessOptions = {},
): Promise<readonly ReadinessStep[]> {
  const steps: ReadinessStep[] = [];
  const check = async (step: ReadinessStep['step'], look: () => Promise<string>): Promise<void> => {
    try {
      steps.push({ step, seen: await look() });
    } catch (error) {
      throw notReady(step, error, options.lastLines?.() ?? []);
    }
  };
  const asked = likeliestClient(input);
  if (asked) {
    await check('DHCP offer', () => askForOffer(input, asked.client));
    if (input.context.config.network.mode === 'proxy') {
      await check('boot file on port 4011', () => askForBootFile(input, asked));
    }
    await check('loader over TFTP', () => fetchLoader(input, asked.answer));
  }
  await check('boot script over HTTP', () => headBootScript(input));
  return steps;
}

interface Asked {
  readonly client: PxeClient;
  readonly answer: BootAnswer;
}

function likeliestClient(input: EngineInput): Asked | undefined {
  const mac = readinessMac();
  for (const architecture of ARCHITECTURES) {
    const client: PxeClient = { mac, architectures: [architecture] };
    const discover = clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid: 1 });
    const plan = planBoot(input.context, clientFactsOf(discover));
    if (plan.action === 'boot') return { client, answer: plan };
  }
  return undefined;
}

async function askForOffer(input: EngineInput, client: PxeClient): Promise<string> {
  const { address, mode } = input.context.config.network;
  const waitMs = mode === 'proxy' ? PROXY_OFFER_WAIT_MS : LEASE_OFFER_WAIT_MS;
  const packet = clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid: readinessXid() });
  try {
    const replies = await broadcastToServers({
      localAddress: address,
      packet,
      waitMs,
      isEnough: (reply) => reply.from.address === address,
    });
    const own = replies.find((reply) => reply.from.address === address);
    if (own) return `${own.packet.bootFile || 'offer without a file: it comes from port 4011'}`;
    const others = [...new Set(replies.map((reply) => reply.from.address))];
    throw new Error(
      `no offer from ${address} within ${waitMs} ms${others.length > 0 ? `; ${others.join(', ')} answered` : ''}`,
    );
  } catch (error) {
    // a DHCP client of this machine may hold port 68 for itself; port 4011 is asked all the same
    if (systemCodeOf(error) !== 'EADDRINUSE') throw error;
    return 'not asked: port 68 is in use by the DHCP client of this machine';
  }
}

async function askForBootFile(input: EngineInput, { client, answer }: Asked): Promise<string> {
  const { address } = input.context.config.network;
  const packet = clientPacket(client, {
    messageType: MESSAGE_TYPE.request,
    xid: readinessXid(),
    clientAddress: address,
  });
  const [reply] = await requestBootFile({
    localAddress: address,
    server: address,
    packet,
    waitMs: BOOT_FILE_WAIT_MS,
  });
  if (!reply || messageTypeOf(reply.packet) !== MESSAGE_TYPE.ack) {
    throw new Error(`no answer from ${address} port 4011 within ${BOOT_FILE_WAIT_MS} ms`);
  }
  const { bootFile } = reply.packet;
  if (bootFile === answer.offer.bootFile) return bootFile;
  throw new Error(`the answer names "${bootFile}" and should name "${answer.offer.bootFile}"`);
}

async function fetchLoader(input: EngineInput, answer: BootAnswer): Promise<string> {
  const { address } = input.context.config.network;
  const path = answer.offer.bootFile;
  const download = await tftpGet({ server: address, localAddress: address, path });
  const stored = input.context.loaders.files.find((file) => file.path === path);
  if (stored && stored.sha256 !== download.sha256) {
    throw new Error(`${path} came with ${download.sizeBytes} bytes that are not those of the stored loader`);
  }
  return `${path}, ${download.sizeBytes} bytes in ${download.durationMs} ms`;
}

async function headBootScript(input: EngineInput): Promise<string> {
  const url = `${httpBaseUrl(input.context.config)}/boot.ipxe`;
  const response = await fetch(url, { method: 'HEAD', signal: timeoutSignal(HTTP_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} gives HTTP status ${response.status}`);
  return `${url}, ${response.headers.get('content-length') ?? 'unknown'} bytes`;
}

function notReady(step: string, error: unknown, lastLines: readonly string[]) {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return engineError('E_ENGINE_NOT_READY', {
    what: `the engine runs but does not answer: ${step} failed`,
    why: [`${messageOf(error)}${cause}`, ...lastLines.map((line) => `  | ${line}`)].join('\n'),
    next: 'pxectl doctor looks for the cause (firewall, ports, interface)',
    details: { step, lastLines },
    cause: error,
  });
}
