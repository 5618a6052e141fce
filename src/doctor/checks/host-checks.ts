import { findDnsmasq, whyUnsuitable } from '../../engine/dnsmasq/dnsmasq-program.ts';
import type { Finding } from '../../model/finding.ts';
import { UNRESOLVED_ADDRESS } from '../../model/own-network.ts';
import { findInterface, readDefaultRoute } from '../../net/interfaces.ts';
import { conflictingOwners, describeOwner, findPortOwners } from '../../net/port-owner.ts';
import { missingForPort, readPrivileges } from '../../net/privileges.ts';
import { otherSystem } from '../../platform/host-system.ts';
import { findProgram, run } from '../../platform/processes.ts';
import { networkContains, networkOf } from '../../protocol/addresses.ts';
import { command, words } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { bootPorts } from './boot-ports.ts';
import type { Check, Looked } from './check.ts';
import { lookAtFirewall } from './firewall-check.ts';
import type { Subject } from './host-facts.ts';

/** What the host itself must have for network boot; one that is no Linux serves none, and is not judged. */
export function hostChecks(subject: Subject): readonly Check[] {
  const system = otherSystem();
  if (system === undefined) return checksOfLinux(subject);
  const look = async (): Promise<Looked> => ({
    notChecked: `machines are answered from Linux, this is ${system}`,
  });
  return checksOfLinux(subject).map((check) => ({ ...check, look }));
}

function checksOfLinux(subject: Subject): readonly Check[] {
  return [
    {
      id: 'interface',
      group: 'host',
      title: 'network interface and address',
      covers: ['interface-missing', 'interface-down', 'address-not-on-interface'],
      look: () => lookAtInterface(subject),
    },
    {
      id: 'ports',
      group: 'host',
      title: 'ports 67, 69, 4011 and HTTP',
      covers: ['port-in-use'],
      look: () => lookAtPorts(subject),
    },
    {
      id: 'privileges',
      group: 'host',
      title: 'rights to open those ports',
      covers: ['privilege-missing'],
      look: () => lookAtPrivileges(subject),
    },
    {
      id: 'firewall',
      group: 'host',
      title: 'firewall of this host',
      covers: ['firewall-blocks'],
      look: () => lookAtFirewall(subject),
    },
    {
      id: 'dnsmasq',
      group: 'host',
      title: 'dnsmasq version',
      covers: ['dnsmasq-version-broken'],
      // a container or another server may answer with a dnsmasq of its own
      excludes: [],
      look: lookAtDnsmasq,
    },
    {
      id: 'containers',
      group: 'host',
      title: 'containers that answer network boot',
      covers: ['container-not-on-host-network'],
      look: lookAtContainers,
    },
  ];
}

async function lookAtInterface(subject: Subject): Promise<Looked> {
  const { interfaceName, address, prefix } = subject;
  const found = await findInterface(interfaceName);
  if (!found) {
    return {
      seen: 'missing',
      findings: [
        makeFinding('interface-missing', [host(`no interface ${interfaceName}`)], {
          title: `there is no network interface ${interfaceName}`,
        }),
      ],
    };
  }
  const has = found.addresses.map((a) => `${a.address}/${a.prefix}`).join(', ') || 'no address';
  if (!found.isUp)
    return { seen: 'down', findings: [makeFinding('interface-down', [host(`${interfaceName} is down`)])] };
  if (!found.addresses.some((a) => a.address === address)) {
    return {
      seen: has,
      findings: [
        makeFinding('address-not-on-interface', [
          host(
            address === UNRESOLVED_ADDRESS
              ? `${interfaceName} has ${has}: network.address: auto stands for nothing`
              : `${interfaceName} has ${has}, the configuration says ${address}`,
          ),
        ]),
      ],
    };
  }
  const route = await readDefaultRoute();
  const routerIsElsewhere = route !== undefined && !networkContains(networkOf(address, prefix), route.router);
  const note: Finding[] = routerIsElsewhere
    ? [
        makeFinding(
          'wrong-server-address',
          [host(`the default route goes to ${route.router} on ${route.interfaceName}`)],
          {
            severity: 'info',
            title: `the router is not in the network of ${interfaceName}`,
            cause: `Machines are served on ${address}/${prefix}. That is right for a network of its own, and wrong when the machines hang on the router's network.`,
            mends: [],
          },
        ),
      ]
    : [];
  return {
    seen: `${interfaceName} has ${has}${subject.assumed === undefined ? '' : ` (${subject.assumed})`}`,
    findings: note,
  };
}

async function lookAtPorts(subject: Subject): Promise<Looked> {
  const findings: Finding[] = [];
  const held: string[] = [];
  for (const { protocol, port, what } of bootPorts(subject)) {
    const owners = conflictingOwners(
      await findPortOwners(protocol, port),
      subject.address,
      subject.interfaceName,
    );
    const [owner] = owners;
    if (!owner) {
      if (!subject.isServing) continue;
      held.push(`${port}/${protocol} nobody`);
      // only boot information beside another DHCP server is asked for on 4011
      if (port === 4011 && subject.config?.network.mode !== 'proxy') continue;
      findings.push(
        makeFinding('engine-not-answering', [host(`${what}: nobody holds ${protocol} port ${port}`)], {
          title: `pxectl is up, and nobody holds ${protocol} port ${port} (${what})`,
          cause: 'The engine has ended, or somebody closed that part of it.',
        }),
      );
      continue;
    }
    held.push(`${port}/${protocol} ${describeOwner(owner)}`);
    if (subject.isServing) continue;
    findings.push(
      makeFinding('port-in-use', [host(`${what}, ${protocol} port ${port}: ${describeOwner(owner)}`)], {
        severity: 'warning',
        title: `${describeOwner(owner)} holds ${protocol} port ${port} (${what})`,
        cause:
          'pxectl up cannot open it. If that program is the boot server that you are asking about, this is as it should be.',
        mends: [
          ...(owner.pid === undefined ? [] : [command(`ps -fp ${owner.pid}`)]),
          words('stop it before pxectl up, or serve with that program'),
        ],
      }),
    );
  }
  return { seen: held.length === 0 ? 'free' : held.join(', '), findings };
}

async function lookAtPrivileges(subject: Subject): Promise<Looked> {
  if (subject.isServing) return { seen: 'pxectl is serving' };
  const privileges = await readPrivileges();
  const missing = missingForPort(privileges, 67);
  if (missing === undefined)
    return { seen: privileges.isRoot ? 'root' : 'the needed capabilities are there' };
  return {
    seen: `${missing} is missing`,
    isLacking: true,
    findings: [
      makeFinding('privilege-missing', [host(`this process lacks ${missing}`)], {
        severity: 'info',
        title: 'pxectl up needs root here: start it with sudo',
        mends: [command('sudo pxectl up')],
      }),
    ],
  };
}

async function lookAtDnsmasq(): Promise<Looked> {
  const program = await findDnsmasq();
  if (!program) return { notChecked: 'not installed: the built-in engine or Docker answers' };
  const why = whyUnsuitable(program);
  if (why === undefined) return { seen: `${program.version} at ${program.path}` };
  return {
    seen: program.version,
    findings: [
      makeFinding('dnsmasq-version-broken', [host(`${program.path} is ${program.version}`)], {
        cause: `${why}.`,
      }),
    ],
  };
}

interface ContainerLine {
  readonly ID?: string;
  readonly Image?: string;
  readonly Names?: string;
  readonly Networks?: string;
  readonly Ports?: string;
  readonly Command?: string;
}

async function lookAtContainers(): Promise<Looked> {
  const docker = await findProgram('docker');
  if (docker === undefined) return { notChecked: 'Docker is not installed' };
  const result = await run(docker, ['ps', '--no-trunc', '--format', '{{json .}}'], { timeoutMs: 5_000 });
  if (result.exitCode !== 0) return { notChecked: result.stderr.trim().split('\n')[0] ?? 'docker ps failed' };
  const containers = result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ContainerLine);
  const boot = containers.filter(
    (c) =>
      /dnsmasq|netboot|pxe|tftp|matchbox|pixiecore/i.test(
        `${c.Image ?? ''} ${c.Names ?? ''} ${c.Command ?? ''}`,
      ) || /:(?:67|69|4011)->/.test(c.Ports ?? ''),
  );
  const bridged = boot.filter((c) => c.Networks !== 'host' && !/macvlan|ipvlan/.test(c.Networks ?? ''));
  const findings = bridged.map((c) =>
    makeFinding(
      'container-not-on-host-network',
      [host(`docker ps: ${c.Names ?? c.ID ?? '?'} (${c.Image ?? '?'}) is on network ${c.Networks ?? '?'}`)],
      {
        title: `the container ${c.Names ?? ''} is on the network ${c.Networks ?? '?'} and not on the host's`,
      },
    ),
  );
  return {
    seen:
      boot.length === 0
        ? 'none runs'
        : boot.map((c) => `${c.Names ?? '?'} on ${c.Networks ?? '?'}`).join(', '),
    findings,
  };
}

function host(text: string): { source: string; text: string } {
  return { source: 'host', text };
}
