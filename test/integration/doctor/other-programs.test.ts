import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { lintFiles } from '../../../src/doctor/lint-files.ts';
import { analyseLogFile } from '../../../src/doctor/read-inputs.ts';
import type { VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { LongRunning } from '../../../src/platform/long-running.ts';
import { run } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeLan } from '../../support/probe-lan.ts';

const SERVER = '192.168.1.50';

/** A LAN whose only servers are those of the test, with a client that takes its lease by a script. */
async function makeServerLan(
  name: string,
): Promise<{ lan: VirtualLan; boot: (files: string[]) => Promise<void> }> {
  const lan = await makeLan(name, { router: false, clientAddress: false });
  const script = join(lan.folder, 'bound.sh');
  const lines = ['#!/bin/sh', '[ "$1" = bound ] && ip address replace $ip/24 dev $interface', 'exit 0', ''];
  writeFileSync(script, lines.join('\n'), { mode: 0o755 });
  const boot = async (files: string[]): Promise<void> => {
    const lease = await lan.execIn('client', 'busybox', [
      ...['udhcpc', '-i', 'eth0', '-n', '-q', '-t', '8', '-T', '2', '-s', script],
      ...['-V', 'PXEClient:Arch:00007:UNDI:003016', '-x', '0x5d:0007'],
    ]);
    expect(lease.exitCode, lease.stderr).toBe(0);
    for (const file of files)
      await lan.execIn('client', 'busybox', ['tftp', '-g', '-r', file, '-l', '/dev/null', SERVER]);
  };
  return { lan, boot };
}

async function untilIn(file: string, pattern: RegExp): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (pattern.test(readFileSync(file, { encoding: 'utf8', flag: 'a+' }))) return;
    await delay(200);
  }
  throw new Error(`${pattern} did not come: ${readFileSync(file, 'utf8')}`);
}

async function stop(program: LongRunning): Promise<void> {
  program.kill('SIGTERM');
  await program.ended;
}

describe("doctor reads the logs of other people's programs", () => {
  itNeeds(
    'root',
    'ip',
    'dnsmasq',
    'busybox',
    'localedef',
  )('dnsmasq in English, German, French and Japanese: the same finding, nothing passed over', async () => {
    const { lan, boot } = await makeServerLan('languages');
    const locales = join(lan.folder, 'locales');
    mkdirSync(join(lan.folder, 'tftp'));
    mkdirSync(locales);
    const said: unknown[] = [];
    for (const language of ['C', 'de_DE', 'fr_FR', 'ja_JP']) {
      const locale = language === 'C' ? 'C' : `${language}.UTF-8`;
      if (language !== 'C')
        await run('localedef', ['-c', '-i', language, '-f', 'UTF-8', join(locales, locale)]);
      const log = join(lan.folder, `${language}.log`);
      const server = await lan.startIn('lan', 'env', [
        ...[`LC_ALL=${locale}`, `LANGUAGE=`, `LOCPATH=${locales}`, 'dnsmasq', '--keep-in-foreground'],
        ...['--conf-file=/dev/null', '--user=root', '--port=0', '--interface=br0', '--bind-interfaces'],
        ...['--dhcp-range=192.168.1.100,192.168.1.120,5m', '--no-ping', '--log-dhcp', '--dhcp-boot=ipxe.efi'],
        ...['--enable-tftp', `--tftp-root=${join(lan.folder, 'tftp')}`, `--log-facility=${log}`],
        ...[`--dhcp-leasefile=${log}.leases`, `--pid-file=${log}.pid`],
      ]);
      await untilIn(log, /TFTP.*\/tftp/);
      await boot(['ipxe.efi']);
      await untilIn(log, /ipxe\.efi .*192\.168\.1\.1\d\d/);
      await stop(server);
      const { findings, reading } = await analyseLogFile(log);
      said.push({
        findings: findings.map(({ id, title, client }) => ({ id, title, client })),
        verdict: reading.verdict,
        passedOver: reading.passedOver.filter(({ matters }) => matters),
      });
      if (language === 'de_DE') expect(readFileSync(log, 'utf8')).toContain('nicht gefunden');
    }
    expect(said[0]).toMatchObject({ verdict: 'ill', passedOver: [], findings: [{ id: 'loader-missing' }] });
    for (const other of said) expect(other).toEqual(said[0]);
  });

  itNeeds(
    'root',
    'ip',
    'busybox',
    'dhcpd',
    'in.tftpd',
    'unshare',
  )(
    'ISC dhcpd and tftpd-hpa in one syslog: the client, its files, and the one that is not there',
    async () => {
      const { lan, boot } = await makeServerLan('isc');
      const root = join(lan.folder, 'tftp');
      mkdirSync(root);
      writeFileSync(join(root, 'ipxe.efi'), new Uint8Array(3000));
      const conf = join(lan.folder, 'dhcpd.conf');
      const leases = join(lan.folder, 'dhcpd.leases');
      const log = join(lan.folder, 'syslog');
      writeFileSync(leases, '');
      const range = 'range 192.168.1.100 192.168.1.120; filename "ipxe.efi"; next-server 192.168.1.50;';
      writeFileSync(conf, `ping-check off; subnet 192.168.1.0 netmask 255.255.255.0 { ${range} }\n`);
      // both write to syslog alone: it has a /dev of its own
      await lan.startIn('lan', 'unshare', [
        '-m',
        'sh',
        '-c',
        [
          'mount -t tmpfs none /mnt && for f in null zero random urandom; do touch /mnt/$f; mount --bind /dev/$f /mnt/$f; done',
          'mount --bind /mnt /dev',
          `busybox syslogd -n -O ${log} &`,
          'while [ ! -S /dev/log ]; do sleep 0.1; done',
          `in.tftpd -L -v -v -u root -a ${SERVER}:69 -s ${root} &`,
          `dhcpd -4 -f -cf ${conf} -lf ${leases} -pf ${leases}.pid br0 & wait`,
        ].join('\n'),
      ]);
      await untilIn(log, /Server starting service/);
      await boot(['ipxe.efi', 'grub.cfg']);
      await untilIn(log, /sending NAK/);
      const { findings, reading } = await analyseLogFile(log);
      expect(reading).toMatchObject({ kind: 'log of ISC dhcpd, tftpd-hpa', verdict: 'ill' });
      expect(reading.read).toContain('1 network boot client');
      expect(findings.map(({ title }) => title)).toContain('grub.cfg is not on the TFTP server');
    },
  );

  itNeeds(
    'root',
    'ip',
    'busybox',
    'kea-dhcp4',
  )('Kea tells who boots, by the class of the client', async () => {
    const { lan, boot } = await makeServerLan('kea');
    const log = join(lan.folder, 'kea.log');
    const conf = join(lan.folder, 'kea.json');
    const pools = [{ pool: '192.168.1.100 - 192.168.1.120' }];
    const server = {
      'interfaces-config': { interfaces: ['br0'] },
      'lease-database': { type: 'memfile', persist: false },
      subnet4: [{ subnet: '192.168.1.0/24', pools, 'boot-file-name': 'ipxe.efi' }],
      loggers: [{ name: 'kea-dhcp4', severity: 'DEBUG', debuglevel: 50, output_options: [{ output: log }] }],
    };
    writeFileSync(conf, JSON.stringify({ Dhcp4: server }));
    const folders = [`KEA_LOCKFILE_DIR=${lan.folder}`, `KEA_PIDFILE_DIR=${lan.folder}`];
    const program = await lan.startIn('lan', 'env', [...folders, 'kea-dhcp4', '-c', conf]);
    await untilIn(log, /DHCP4_STARTED/);
    await boot([]);
    await stop(program);
    const { findings, reading } = await analyseLogFile(log);
    expect(reading).toMatchObject({ kind: 'log of Kea', verdict: 'not-understood' });
    expect(reading.read).toContain('1 network boot client');
    expect(findings.map(({ id }) => id)).toEqual([]);
  });

  itNeeds(
    'root',
    'ip',
    'busybox',
    '/lib/systemd/systemd-networkd',
  )(
    'systemd-networkd: the file without its server, as its configuration tells, and packets of nobody',
    async () => {
      const { lan } = await makeServerLan('networkd');
      const [file, lease] = [join(lan.folder, '10-lan.network'), join(lan.folder, 'lease')];
      const log = join(lan.folder, 'networkd.log');
      const network = ['[Match]', 'Name=br0', '[Network]', `Address=${SERVER}/24`, 'DHCPServer=yes'];
      const server = ['[DHCPServer]', 'BootFilename=pxelinux.0', 'BootFileName=ipxe.efi'];
      writeFileSync(file, [...network, ...server, ''].join('\n'));
      const script = join(lan.folder, 'lease.sh');
      writeFileSync(script, `#!/bin/sh\n[ "$1" = bound ] && env > ${lease}\nexit 0\n`, { mode: 0o755 });
      // its own /run; it waits for udev unless /sys is read-only, as in a container
      const inPrivate = [
        'mount -t tmpfs none /run && mount -o remount,ro,bind /sys && ip address flush dev br0',
        `mkdir -p /run/systemd/network && cp ${file} /run/systemd/network/`,
        `exec /lib/systemd/systemd-networkd > ${log} 2>&1`,
      ].join('\n');
      const env = ['SYSTEMD_LOG_LEVEL=debug', 'SYSTEMD_LOG_TARGET=console'];
      const program = await lan.startIn('lan', 'env', [...env, 'sh', '-c', inPrivate]);
      await untilIn(log, /DHCPv4 server: STARTED/);
      const asked = await lan.execIn('client', 'busybox', [
        ...['udhcpc', '-i', 'eth0', '-n', '-q', '-t', '8', '-T', '2', '-s', script],
        ...['-O', 'bootfile', '-V', 'PXEClient:Arch:00000:UNDI:002001', '-x', '0x5d:0000'],
      ]);
      expect(asked.exitCode, asked.stderr).toBe(0);
      await untilIn(log, /DHCPv4 server: ACK/);
      await stop(program);
      const given = readFileSync(lease, 'utf8');
      expect(given).toMatch(/^bootfile=pxelinux\.0$/m);
      expect(given).not.toMatch(/^siaddr=/m);
      const { findings } = await lintFiles([file], { fix: false, root: undefined });
      expect(findings.map(({ id, severity }) => `${severity} ${id}`).sort()).toEqual([
        'error config-option-unknown',
        'error wrong-server-address',
        'warning no-boot-service-for-arch',
      ]);
      const { reading } = await analyseLogFile(log);
      expect(reading).toMatchObject({ kind: 'log of systemd-networkd', verdict: 'not-understood' });
      expect(reading.passedOver.map(({ what }) => what)).toContain(
        'lines of systemd-networkd that tell of a failure',
      );
    },
  );

  itNeeds(
    'root',
    'ip',
    'curl',
    'apache2',
  )('Apache: what iPXE loads over HTTP, and the kernel that is not there', async () => {
    const { lan } = await makeServerLan('apache');
    // its workers are no root, and must get to the files
    const folder = mkdtempSync(join(tmpdir(), 'pxectl-apache-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'www'), { mode: 0o755 });
    writeFileSync(join(folder, 'www', 'boot.ipxe'), '#!ipxe\nkernel vmlinuz\nboot\n');
    const log = join(folder, 'access.log');
    const conf = join(folder, 'apache.conf');
    const modules = ['mpm_event', 'authz_core'];
    writeFileSync(
      conf,
      [
        ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
        ...['ServerName boot', `Listen ${SERVER}:8080`, 'User www-data', 'Group www-data'],
        ...[`PidFile ${folder}/pid`, `DefaultRuntimeDir ${folder}`, `ErrorLog ${folder}/error.log`],
        String.raw`LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" combined`,
        ...[`CustomLog ${log} combined`, `DocumentRoot ${folder}/www`],
        `<Directory ${folder}/www>`,
        ...['Require all granted', '</Directory>', ''],
      ].join('\n'),
    );
    const program = await lan.startIn('lan', 'apache2', ['-D', 'FOREGROUND', '-d', folder, '-f', conf]);
    try {
      await untilIn(join(folder, 'error.log'), /resuming normal operations/);
      await lan.execIn('client', 'ip', ['address', 'add', '192.168.1.60/24', 'dev', 'eth0']);
      for (const name of ['boot.ipxe', 'vmlinuz'])
        await lan.execIn('client', 'curl', ['-s', '-A', 'iPXE/1.21.1', `http://${SERVER}:8080/${name}`]);
      await untilIn(log, /vmlinuz/);
      const { findings, reading } = await analyseLogFile(log);
      expect(reading.kind).toBe('log of a web server');
      expect(reading.verdict).toBe('ill');
      expect(findings.map(({ title }) => title)).toContain('/vmlinuz is not on the HTTP server');
    } finally {
      await stop(program);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
