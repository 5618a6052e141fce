import { createServer } from 'node:net';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listensInOurNetwork, socketPaths } from '../../../src/engine/docker/socket-network.ts';
import { run } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';

it('reads the paths of /proc/net/unix', () => {
  const text = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20412 /run/docker.sock
0000000000000000: 00000003 00000000 00000000 0001 03 20413
0000000000000000: 00000002 00000000 00010000 0001 01 20414 @/tmp/abstract
`;
  expect(socketPaths(text)).toEqual(['/run/docker.sock']);
});

itNeeds('root', 'ip')('tells a socket of this network namespace from one of another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-sock-'));
  const path = join(folder, 'engine.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    await symlink(folder, `${folder}-link`);
    expect(await listensInOurNetwork(join(`${folder}-link`, 'engine.sock'))).toBe(true);
    const script = `import(${JSON.stringify(join(process.cwd(), 'src/engine/docker/socket-network.ts'))}).then(async (m) => console.log(await m.listensInOurNetwork(${JSON.stringify(path)})))`;
    const { stdout } = await run('unshare', ['--net', 'npx', 'tsx', '-e', script]);
    expect(stdout.trim()).toBe('false');
  } finally {
    server.close();
    await rm(`${folder}-link`);
    await rm(folder, { recursive: true });
  }
});
