import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { Machine } from '../../../src/model/config.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import type { ImageManifest } from '../../../src/model/image.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import { renderAll } from '../../../src/render/render-all.ts';
import { DEBIAN_12, MACHINES_CONFIG, sampleContext, STATE_ROOT, UBUNTU_20_04 } from './sample-context.ts';

const clean = sampleContext(MACHINES_CONFIG, { images: [DEBIAN_12, UBUNTU_20_04] });
const render = (context: BootContext, stateRoot = STATE_ROOT) =>
  renderAll(context, readTemplate, { stateRoot });

/** The shape of a file: its lines without what differs from image to image. */
function commandsOf(context: BootContext): string[] {
  return render(context).map(({ path, content }) => {
    const words = content.split('\n').map((line) => line.trimStart().split(' ')[0] ?? '');
    return `${path}: ${words.filter((word) => !word.startsWith('SAY')).join(' ')}`;
  });
}

/** What ISOs and folders of strangers may carry as a title: it comes from .disk/info and the like. */
const HOSTILE_TITLES = [
  'x\nkernel http://evil/',
  "x'\n}\nreboot\nmenuentry 'y",
  'x || shell',
  'x && chain http://evil/',
  'x ; shell',
  '${net0/mac} {{base}} $(reboot) `reboot`',
  '#comment',
  '\u001b[2J\u0000\u0085\u2028',
  '"quoted" \\ ^hot',
  '',
];

describe('an image from a stranger', () => {
  it.each(HOSTILE_TITLES)('with the title %j adds no command to any file', (title) => {
    const hostile: BootContext = { ...clean, images: [{ ...DEBIAN_12, title }, UBUNTU_20_04] };
    expect(commandsOf(hostile)).toEqual(commandsOf(clean));
  });

  it('with any title adds no command to any file', () => {
    const expected = commandsOf(clean);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (title) => {
        expect(commandsOf({ ...clean, images: [{ ...DEBIAN_12, title }, UBUNTU_20_04] })).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['a b', 'a\nb', 'a"b', "a'b", 'x #y', 'a\tb'])('with a kernel path %j is refused', (path) => {
    const files = DEBIAN_12.files.map((file) => (file.role === 'kernel' ? { ...file, path } : file));
    expect(() => render({ ...clean, images: [{ ...DEBIAN_12, files }, UBUNTU_20_04] })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG_UNSAFE_VALUE' }),
    );
  });

  it.each(['a b', 'a\nb', '"x"', '${x}', '||'])('with the kernel argument %j is refused', (argument) => {
    const image: ImageManifest = { ...DEBIAN_12, boot: { ...DEBIAN_12.boot, arguments: [argument] } };
    expect(() => render({ ...clean, images: [image, UBUNTU_20_04] })).toThrow(PxectlError);
  });
});

/** Values that never come out of parseConfig: the renderer must not rely on that. */
describe('a value that slipped through', () => {
  const withNetwork = (more: object): BootContext => ({
    ...clean,
    config: { ...clean.config, network: { ...clean.config.network, ...more } },
  });
  const withMachine = (more: Partial<Machine>): BootContext => ({
    ...clean,
    config: { ...clean.config, machines: [{ ...(clean.config.machines[0] as Machine), ...more }] },
  });

  it.each([
    ['an interface with a line break', withNetwork({ interface: 'eth0\ndhcp-script=/bin/sh' })],
    ['an interface with a comma', withNetwork({ interface: 'eth0,lo' })],
    ['an argument with a line break', withMachine({ arguments: ['x\nreboot'] })],
    ['an argument with a quote', withMachine({ arguments: ["x'"] })],
  ])('%s stops the rendering', (_, context) => {
    expect(() => render(context)).toThrow(expect.objectContaining({ code: 'E_CONFIG_UNSAFE_VALUE' }));
  });

  it.each(['/srv/a"b', '/srv/a\nb', '/srv/a,b', '/srv/a$b', '/srv/a#b'])(
    'the state folder %j is refused for dnsmasq, and left to the built-in servers otherwise',
    (folder) => {
      const forDnsmasq: BootContext = { ...clean, config: { ...clean.config, engine: 'dnsmasq' } };
      expect(() => render(forDnsmasq, folder)).toThrow(
        expect.objectContaining({ code: 'E_CONFIG_UNSAFE_VALUE' }),
      );
      expect(render(clean, folder).map(({ path }) => path)).not.toContain('run/dnsmasq.conf');
    },
  );
});
