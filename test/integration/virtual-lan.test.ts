import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { readLabRecord, sweepLabs } from '../../src/lab/lab-record.ts';
import { namespaceExists } from '../../src/lab/namespaces.ts';
import { createVirtualLan, defaultLabRoot, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { identityOf } from '../../src/platform/process-identity.ts';
import { itNeeds } from '../support/external-tool.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-lan-test-'));
const itRuns = itNeeds('root', 'ip', 'dnsmasq', 'busybox', 'tcpdump', 'tshark', 'nft');
const lans: VirtualLan[] = [];
const make = async (options: Parameters<typeof createVirtualLan>[0]) => {
  const lan = await createVirtualLan(options);
  lans.push(lan);
  return lan;
};

afterEach(async () => {
  for (const lan of lans.splice(0)) await lan.destroy();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('createVirtualLan', () => {
  itRuns(
    'gives a client a lease from a router that says nothing of PXE, and lets it reach the server',
    async () => {
      const lan = await make({ folder: join(root, 'lease'), clientAddress: false });
      const pcap = join(root, 'lease', 'lease.pcap');
      const capture = await lan.capture(pcap);
      const script = join(root, 'lease', 'lease.sh');
      await lan.execIn('client', 'sh', [
        '-c',
        `printf '#!/bin/sh\\n[ "$1" = bound ] && ip address add $ip/$mask dev $interface\\nexit 0\\n' > ${script}; chmod +x ${script}`,
      ]);
      const client = await lan.execIn('client', 'busybox', [
        ...['udhcpc', '-i', 'eth0', '-n', '-q', '-t', '3', '-T', '1', '-s', script],
      ]);
      expect(client.stderr + client.stdout).toMatch(
        /lease of 192\.168\.1\.\d+ obtained from 192\.168\.1\.1\b/,
      );
      const ping = await lan.execIn('client', 'busybox', ['ping', '-c', '1', '-W', '2', LAN.serverAddress]);
      expect(ping.exitCode).toBe(0);
      await capture.stop();
      const packets = await lan.execIn('lan', 'tshark', [
        '-r',
        pcap,
        '-Y',
        'dhcp',
        '-T',
        'fields',
        '-e',
        'dhcp.option.dhcp',
      ]);
      expect(packets.stdout.trim().split('\n')).toEqual(['1', '2', '3', '5']);
      expect(readFileSync(join(root, 'lease', 'router.log'), 'utf8')).toContain('DHCPACK(eth0)');
    },
  );

  itRuns('has no DHCP server when there is no router', async () => {
    const lan = await make({ folder: join(root, 'no-router'), router: false, clientAddress: false });
    const client = await lan.execIn('client', 'busybox', [
      ...['udhcpc', '-i', 'eth0', '-n', '-q', '-t', '2', '-T', '1', '-s', '/bin/true'],
    ]);
    expect(client.exitCode).not.toBe(0);
  });

  itRuns('passes options to the router, and blocks ports inside a host alone', async () => {
    const lan = await make({
      folder: join(root, 'meddling'),
      router: { extraArguments: ['--dhcp-option-force=66,192.168.1.9'] },
    });
    const server = await lan.startIn('lan', 'busybox', ['nc', '-l', '-p', '8080', '-e', 'cat']);
    await lan.addFirewallRule('lan', 'input', 'tcp dport 8080 drop');
    await lan.addFirewallRule('lan', 'input', 'udp dport 4011 drop');
    const connect = await lan.execIn('client', 'busybox', ['nc', '-w', '1', LAN.serverAddress, '8080']);
    expect(connect.exitCode).not.toBe(0);
    expect(
      (await lan.execIn('client', 'busybox', ['ping', '-c', '1', '-W', '2', LAN.serverAddress])).exitCode,
    ).toBe(0);
    expect(readFileSync(`/proc/${server.pid}/comm`, 'utf8').trim()).toBe('busybox');
    const rogue = await lan.addHost('rogue', '192.168.1.70');
    expect(
      (await lan.execIn('rogue', 'busybox', ['ping', '-c', '1', '-W', '2', LAN.clientAddress])).exitCode,
    ).toBe(0);
    expect(await namespaceExists(rogue)).toBe(true);
    await lan.addTap('tap0');
    expect(statSync(`/run/netns/${lan.namespaceOf('lan')}`).isFile()).toBe(true);
  });

  itRuns('leaves no namespace, process or folder behind', async () => {
    const lan = await createVirtualLan();
    const sleeper = await lan.startIn('client', 'sh', ['-c', 'trap "" TERM; sleep 600 & wait; sleep 600']);
    const record = await readLabRecord(lan.folder);
    expect(record?.processes.map((p) => p.name)).toEqual(['dnsmasq', 'sh']);
    await lan.destroy();
    expect(await identityOf(sleeper.pid)).toBeUndefined();
    for (const name of record?.namespaces ?? []) expect(await namespaceExists(name)).toBe(false);
    for (const p of record?.processes ?? []) expect(await identityOf(p.pid)).toBeUndefined();
    expect(existsSync(lan.folder)).toBe(false);
  });
});

describe('sweepLabs', () => {
  itRuns('takes away what a killed run left, and nothing of a run that lives', async () => {
    const sweepRoot = join(root, 'sweep');
    const living = await make({ folder: join(sweepRoot, 'living') });
    const script = `
      const { createVirtualLan } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/lab/virtual-lan.ts'))});
      await createVirtualLan({ folder: ${JSON.stringify(join(sweepRoot, 'killed'))} });
      console.log('made');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
      child.stderr.on('data', (data: Buffer) => process.stderr.write(data));
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const left = await readLabRecord(join(sweepRoot, 'killed'));
    expect(left?.namespaces).toHaveLength(3);
    expect(await identityOf(left?.processes[0]?.pid ?? 0)).toBeDefined();

    expect((await sweepLabs(sweepRoot, true)).map((lab) => lab.id)).toEqual([left?.id]);
    expect(await identityOf(left?.processes[0]?.pid ?? 0)).toBeDefined();
    const swept = await sweepLabs(sweepRoot);
    expect(swept.map((lab) => lab.id)).toEqual([left?.id]);
    for (const name of left?.namespaces ?? []) expect(await namespaceExists(name)).toBe(false);
    expect(await identityOf(left?.processes[0]?.pid ?? 0)).toBeUndefined();
    expect(await namespaceExists(living.namespaceOf('lan'))).toBe(true);
    const { stdout } = await promisify(execFile)('ip', ['netns', 'pids', living.namespaceOf('router')]);
    expect(stdout.trim()).not.toBe('');
    expect(await sweepLabs(sweepRoot)).toEqual([]);
    // a lab whose own folder is gone is still on record
    rmSync(join(sweepRoot, 'living', 'lab.json'));
    expect(await readLabRecord(join(defaultLabRoot, living.id))).toMatchObject({ id: living.id });
    await living.destroy();
    expect(existsSync(join(defaultLabRoot, living.id))).toBe(false);
  });
});
