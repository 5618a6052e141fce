import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskError } from '../../platform/files.ts';
import { findProgram, run } from '../../platform/processes.ts';
import { parseGpgStatus } from './gpg-status.ts';
import type { SignatureFacts } from './signature-facts.ts';

/**
 * Checks a detached signature with gpgv. An exit code is not enough: it is the status lines that count.
 * @param data bytes, or the path of a file
 */
export async function checkDetachedByGpgv(
  data: Uint8Array | string,
  signature: Uint8Array,
  ring: Uint8Array,
): Promise<SignatureFacts[]> {
  return inScratch(async (folder) => {
    const dataPath = typeof data === 'string' ? data : join(folder, 'data');
    if (typeof data !== 'string') await writeFile(dataPath, data);
    await writeFile(join(folder, 'signature'), signature);
    return runGpgv(folder, ring, [join(folder, 'signature'), dataPath]);
  });
}

/** Checks a clear-signed text with gpgv; what was signed is what gpgv writes, not what surrounds it. */
export async function checkClearsignedByGpgv(
  text: Uint8Array,
  ring: Uint8Array,
): Promise<{ facts: SignatureFacts[]; signedText: string }> {
  return inScratch(async (folder) => {
    await writeFile(join(folder, 'text'), text);
    const output = join(folder, 'signed');
    const facts = await runGpgv(folder, ring, ['--output', output, join(folder, 'text')]);
    return { facts, signedText: await readFile(output, 'utf8').catch(() => '') };
  });
}

async function runGpgv(folder: string, ring: Uint8Array, args: readonly string[]): Promise<SignatureFacts[]> {
  const ringPath = join(folder, 'ring.gpg');
  await writeFile(ringPath, ring);
  const program = (await findProgram('gpgv')) ?? 'gpgv';
  const options = ['--homedir', folder, '--status-fd', '1', '--keyring', ringPath];
  const result = await run(program, [...options, ...args], { timeoutMs: 600_000 });
  return parseGpgStatus(result.stdout);
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-gpgv-')).catch((error: unknown) => {
    throw diskError(error, tmpdir());
  });
  try {
    return await work(folder);
  } catch (error) {
    throw diskError(error, tmpdir());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
