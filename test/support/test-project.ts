import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { findLeftovers } from '../../src/engine/leftovers.ts';
import { readLiveSession, readStartingPid } from '../../src/engine/session-record.ts';
import type { StateLayout } from '../../src/model/state-layout.ts';
import { identityOf } from '../../src/platform/process-identity.ts';
import type { ProcessResult } from '../../src/platform/processes.ts';
import { configText, prepareState } from './engine/prepare-state.ts';
import { makeFolder, makePrivateNetwork, pxectl, type PrivateNetwork } from './pxectl-process.ts';

/** The configuration of a project in a private network. */
export const CONFIG = configText().replace('br0', 'eno1');

/** A folder with a configuration, an image and loaders, in a network of its own. */
export interface TestProject {
  readonly network: PrivateNetwork;
  /** where pxectl.yaml is: the folder itself, or one below it */
  readonly path: string;
  /** what is removed after the test */
  readonly folder: string;
  readonly layout: StateLayout;
  /** makes the project in this folder instead */
  readonly begin: (path: string) => Promise<void>;
  readonly configure: (text: string) => Promise<void>;
  readonly cli: (...args: string[]) => Promise<ProcessResult>;
  /** serves in the background, without the look at the network; resolves with the pid */
  readonly up: (engine?: 'builtin' | 'dnsmasq') => Promise<number>;
  /** of the pxectl that serves here, 0 when none does */
  readonly pid: () => Promise<number>;
  readonly log: () => Promise<string>;
}

/** Called at the top of a file or describe: one network for all of it, a new project `each` test or for `all` of them. */
export function useProject(lives: 'each' | 'all' = 'each', config = CONFIG): TestProject {
  let network: PrivateNetwork;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let path: string;
  let layout: StateLayout;
  const project: TestProject = {
    get network() {
      return network;
    },
    get path() {
      return path;
    },
    get folder() {
      return folder.path;
    },
    get layout() {
      return layout;
    },
    async begin(at) {
      path = at;
      await mkdir(path, { recursive: true });
      ({ layout } = await prepareState(path, config));
    },
    configure: (text) => writeFile(join(path, 'pxectl.yaml'), text),
    cli: (...args) => pxectl(args, { cwd: path, network }),
    async up(engine = 'builtin') {
      const { exitCode, stderr } = await project.cli('up', '--no-look', '--detach', '--engine', engine);
      expect(stderr).toContain('up in the background');
      expect(exitCode).toBe(0);
      return project.pid();
    },
    pid: async () => (await readLiveSession(layout))?.process.pid ?? 0,
    log: () => readFile(join(layout.run, 'pxectl.log'), 'utf8'),
  };
  const begin = async (): Promise<void> => {
    folder = await makeFolder();
    await project.begin(folder.path);
  };
  const end = async (): Promise<void> => {
    if (await isAnythingUp(layout)) await project.cli('down');
    await folder.remove();
  };
  beforeAll(async () => {
    network = await makePrivateNetwork();
    if (lives === 'all') await begin();
  });
  afterAll(async () => {
    if (lives === 'all') await end();
    await network.destroy();
  });
  if (lives === 'each') {
    beforeEach(begin);
    afterEach(end);
  }
  return project;
}

/** `down` costs a start of the program: most tests leave nothing to stop. */
async function isAnythingUp(layout: StateLayout): Promise<boolean> {
  return (
    (await readLiveSession(layout)) !== undefined ||
    (await readStartingPid(layout)) !== undefined ||
    (await findLeftovers(layout)).length > 0
  );
}

/** Waits until no such process runs. */
export const ended = (pid: number) => expect.poll(() => identityOf(pid), { timeout: 30_000 }).toBeUndefined();
