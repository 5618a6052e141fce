import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, readFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A throw-away GnuPG key that signs what a vendor would sign. */
export interface GpgTestKey {
  readonly fingerprint: string;
  readonly publicKey: Buffer;
  /** @param digest as gpg names it; default: gpg's own */
  detachedSignature(data: Buffer | string, digest?: string): Buffer;
  clearsign(text: string): Buffer;
  /** takes the expiry away, as of today; the public key as it is then */
  prolong(): Buffer;
  dispose(): void;
}

/** @param expiry as gpg wants it, for example `seconds=1` or `0` for never */
export function makeGpgTestKey(
  name: string,
  options: { expiry?: string; fakeTime?: string } = {},
): GpgTestKey {
  const home = mkdtempSync(join(tmpdir(), 'pxgpg-'));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const base = ['--homedir', home, '--batch', '--yes', '--pinentry-mode', 'loopback', '--passphrase', ''];
  const time = options.fakeTime === undefined ? [] : ['--faked-system-time', options.fakeTime];
  const gpg = (args: readonly string[]): Buffer =>
    execFileSync('gpg', [...base, ...time, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  gpg(['--quick-gen-key', name, 'rsa2048', 'sign', options.expiry ?? '0']);
  const listing = gpg(['--with-colons', '--list-keys']).toString();
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
  const input = join(home, 'input');
  return {
    fingerprint,
    publicKey: gpg(['--export']),
    detachedSignature(data, digest) {
      writeFileSync(input, data);
      const chosen = digest === undefined ? [] : ['--digest-algo', digest];
      gpg([...chosen, '--armor', '--output', `${input}.sig`, '--detach-sign', input]);
      return readFileSync(`${input}.sig`);
    },
    clearsign(text) {
      writeFileSync(input, text);
      gpg(['--output', `${input}.asc`, '--clear-sign', input]);
      return readFileSync(`${input}.asc`);
    },
    prolong() {
      execFileSync('gpg', [...base, '--quick-set-expire', fingerprint, '0'], { stdio: 'pipe' });
      return gpg(['--export']);
    },
    dispose() {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
