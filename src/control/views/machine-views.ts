import { unknownMachines } from '../../machines/inventory/unknown-machines.ts';
import type { SeenMachine } from '../../machines/inventory/seen-machine.ts';
import type { Config, Machine } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { lifeOf, lifeOfStranger } from '../../model/life-cycle.ts';
import { machineKey } from '../../model/machine-key.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import type { MachineReply, UnknownMachineReply } from '../schemas/machines.ts';

export interface MachineFacts {
  readonly config: Pick<Config, 'machines' | 'boot'>;
  readonly seen: ReadonlyMap<MacAddress, SeenMachine>;
  readonly bootOf: (machine: Machine) => RecordedBoot | undefined;
  readonly bootOfCard: (mac: MacAddress) => RecordedBoot | undefined;
  readonly vendorOf: (mac: MacAddress) => string | undefined;
  readonly nowMs: number;
}

/** One line for each machine, in the order of the configuration. */
export function machineViews(facts: MachineFacts): MachineReply[] {
  const { config, bootOf, vendorOf, nowMs } = facts;
  return config.machines.map((machine) => {
    const boot = bootOf(machine);
    const { state, why, order, since } = lifeOf({ install: machine.installState, boot, nowMs });
    const newest = [since ?? '', boot?.lastEventAt ?? ''].toSorted().at(-1) ?? '';
    return {
      name: machine.name,
      key: machineKey(machine),
      mac: machine.mac ?? null,
      vendor: (machine.mac && vendorOf(machine.mac)) ?? null,
      profile: machine.profile ?? null,
      image: machine.image ?? null,
      state,
      why: why ?? null,
      order: order ?? null,
      since: newest === '' ? null : newest,
      canInstall: machine.install !== undefined,
      power: machine.power?.type ?? null,
      boot: lastBootView(boot),
      finding: shortFinding(boot) ?? endOf(machine, why),
    };
  });
}

/** Those that were seen and are in no entry, in the order in which they came. */
export function unknownViews({ config, seen, bootOfCard, vendorOf }: MachineFacts): UnknownMachineReply[] {
  const state = lifeOfStranger(config.boot);
  return unknownMachines(config, seen).map(({ mac, seen: one }) => {
    const boot = bootOfCard(mac);
    return {
      ...{ mac, state },
      vendor: vendorOf(mac) ?? null,
      firmware: one.firmware ?? null,
      maker: one.maker ?? null,
      product: one.product ?? null,
      serial: one.serial ?? null,
      uuid: one.uuid ?? null,
      firstSeenAt: one.firstSeenAt,
      lastSeenAt: one.lastSeenAt,
      boot: lastBootView(boot),
      finding: shortFinding(boot),
    };
  });
}

function lastBootView(boot: RecordedBoot | undefined): MachineReply['boot'] {
  if (boot === undefined) return null;
  const stage = boot.stages.find((one) => one.stage === boot.current);
  return {
    id: boot.id,
    firmware: boot.firmware ?? null,
    ip: boot.ip ?? null,
    stage: boot.current,
    detail: stage?.detail ?? '',
    stageSince: stage?.startedAt ?? boot.startedAt,
    startedAt: boot.startedAt,
    lastEventAt: boot.lastEventAt,
    outcome: boot.outcome,
  };
}

type ShortFinding = MachineReply['finding'];

function shortFinding(boot: { readonly findings: readonly Finding[] } | undefined): ShortFinding {
  const finding = boot?.findings[0];
  return finding === undefined ? null : { id: finding.id, severity: finding.severity, title: finding.title };
}

/** What ended badly is told also when the events of its boot are gone. */
function endOf({ installState }: Machine, why = ''): ShortFinding {
  if (installState?.kind === 'unreported') {
    return { id: 'install-never-reported', severity: 'warning', title: why };
  }
  return installState?.kind === 'failed' ? { id: 'install-failed', severity: 'error', title: why } : null;
}
