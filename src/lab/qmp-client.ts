import { connect, type Socket } from 'node:net';
import { environmentError, systemCodeOf } from '../model/errors.ts';

/** A connection to QEMU's machine protocol. One command at a time is all the lab needs. */
export interface QmpClient {
  /** @throws PxectlError E_LAB with QEMU's own words when it refuses, or after ten seconds without an answer */
  execute(command: string, commandArguments?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): void;
}

/** Connects to QEMU's QMP socket, which appears a moment after QEMU starts, and leaves negotiation mode. */
export async function connectQmp(path: string, timeoutMs = 10_000): Promise<QmpClient> {
  const socket = await connectWhenThere(path, Date.now() + timeoutMs);
  const client = new SocketQmpClient(socket);
  await client.execute('qmp_capabilities');
  return client;
}

async function connectWhenThere(path: string, deadline: number): Promise<Socket> {
  for (;;) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(path);
        socket.once('connect', () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      const isEarly = ['ENOENT', 'ECONNREFUSED'].includes(systemCodeOf(error) ?? '');
      if (!isEarly || Date.now() > deadline) {
        throw environmentError('E_LAB', { what: 'QEMU does not open its control socket', cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface QmpMessage {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly id?: number;
}

class SocketQmpClient implements QmpClient {
  #nextId = 1;
  #rest = '';
  readonly #waiting = new Map<number, (message: QmpMessage) => void>();

  constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', () => this.#failAll());
    socket.on('close', () => this.#failAll());
  }

  async execute(command: string, commandArguments: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = this.#nextId++;
    const answer = await new Promise<QmpMessage>((resolve) => {
      const timer = setTimeout(() => resolve({ error: { desc: 'no answer within ten seconds' } }), 10_000);
      this.#waiting.set(id, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
      this.socket.write(`${JSON.stringify({ execute: command, arguments: commandArguments, id })}\n`);
    });
    this.#waiting.delete(id);
    if (answer.error === undefined) return answer.return;
    throw environmentError('E_LAB', { what: `QEMU refuses ${command}`, why: answer.error.desc });
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message = JSON.parse(line) as QmpMessage;
      // greetings and asynchronous events carry no id
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    }
  }

  #failAll(): void {
    for (const answer of this.#waiting.values()) answer({ error: { desc: 'QEMU has ended' } });
  }
}
