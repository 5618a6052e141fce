import { describe, expect, it } from 'vitest';
import { otherSystem, refuseOtherSystem, whyBehindWindows } from '../../../src/platform/host-system.ts';
import { installHint } from '../../../src/platform/install-hint.ts';

describe('a computer that runs no Linux', () => {
  it.each([
    ['linux', undefined],
    ['darwin', 'macOS'],
    ['win32', 'Windows'],
    ['openbsd', 'openbsd'],
  ])('%s is told as %s', (platform, name) => {
    const host = { platform, kernel: '25.0.0' };
    expect(otherSystem(host)).toBe(name);
    const refuse = (): void => refuseOtherSystem('pxectl up', host);
    if (name === undefined) expect(refuse).not.toThrow();
    else expect(refuse).toThrow(`pxectl up works on Linux, and this is ${name}`);
  });

  it('installs with Homebrew', () => {
    expect(installHint(['gpgv', 'zstd'], 'ID=macos')).toBe('brew install gnupg zstd');
  });
});

it.each([
  ['WSL 1', 'linux', '4.4.0-19041-Microsoft', true],
  ['WSL 2', 'linux', '5.15.167.4-microsoft-standard-WSL2', true],
  ['Debian', 'linux', '6.12.41+deb13-amd64', false],
  ['Azure', 'linux', '6.8.0-1021-azure', false],
  ['macOS', 'darwin', '25.0.0', false],
])('%s is behind Windows: %s', (_name, platform, kernel, isBehind) => {
  expect(whyBehindWindows({ platform, kernel }) !== undefined).toBe(isBehind);
});
