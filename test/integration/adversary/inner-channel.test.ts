import { chmod, lstat, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { membersOfGroup } from '../../../src/engine/process-group.ts';
import type { ProcessIdentity } from '../../../src/platform/process-identity.ts';
import {
  asUser,
  CHANNEL_SEED,
  expectClosedChannel,
  OTHER_USERS,
} from '../../support/adversary/channel-attempts.ts';
import {
  createEngineLab,
  whySkipped,
  type EngineLab,
  type EngineUnderTest,
} from '../../support/engine/engine-lab.ts';
import { configText } from '../../support/engine/prepare-state.ts';

const skip = await whySkipped('dnsmasq');
const LISTEN = `require('node:net').createServer()
  .listen(process.argv[1], () => process.exit(0))
  .on('error', ({ code }) => console.log(code))`;

// the docker engine: test/integration/engines/docker-engine.test.ts
describe.skipIf(skip !== undefined)('the channel between nginx and pxectl', () => {
  let lab: EngineLab;
  let engine: EngineUnderTest;
  let socket: string;
  beforeAll(async () => {
    lab = await createEngineLab({ yaml: configText() });
    socket = `${lab.layout.run}/channel/http.sock`;
    // the folders on the way are no help to it
    for (const folder of [lab.folder, lab.layout.root, lab.layout.run]) await chmod(folder, 0o755);
    engine = await start();
  });
  afterAll(() => lab?.destroy());

  const start = async (): Promise<EngineUnderTest> => {
    const started = await lab.startEngine('dnsmasq', { checks: false });
    await started.ready();
    return started;
  };
  const curl = async (host: 'client' | 'lan', url: string): Promise<string> =>
    (await lab.lan.execIn(host, 'curl', ['-s', '--max-time', '10', '-w', ' %{http_code}', url])).stdout;
  const askThroughNginx = (): Promise<string> => curl('client', `http://192.168.1.50:8080${CHANNEL_SEED}`);

  it('is open to nginx, and to no other user by any name; no port leads there', async () => {
    await expect.poll(askThroughNginx, { timeout: 20_000 }).toBe('not found\n 404');
    const record = await readFile(`${lab.layout.run}/nginx.process.json`, 'utf8');
    const members = await membersOfGroup((JSON.parse(record) as ProcessIdentity).pid, 'nginx');
    await expectClosedChannel(socket, { pids: members.map(({ pid }) => pid), socket });
    expect(await curl('lan', `http://127.0.0.1:8081${CHANNEL_SEED}`)).toBe(' 000');
  });

  it('has its place to itself when pxectl was killed, and the next one replaces its own dead socket', async () => {
    engine.program.kill('SIGKILL');
    await engine.program.ended;
    expect((await lstat(socket)).isSocket()).toBe(true);
    for (const path of [socket, `${lab.layout.run}/channel/other.sock`]) {
      const tried = await Promise.all(
        OTHER_USERS.map((id) => asUser(id, process.execPath, '-e', LISTEN, path)),
      );
      expect(tried.map(({ stdout }) => stdout)).toEqual(OTHER_USERS.map(() => 'EACCES\n'));
    }
    expect(await askThroughNginx()).toMatch(/ 502$/);
    engine = await start();
    await expect.poll(askThroughNginx, { timeout: 20_000 }).toBe('not found\n 404');
  });
});
