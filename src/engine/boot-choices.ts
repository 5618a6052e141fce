import type { BootContext } from '../model/boot-context.ts';
import type { EventDetail, EventSink, NewBootEvent } from '../model/boot-event.ts';
import { stageOfPath } from '../model/served-path.ts';
import { defaultImageOf, isUnattendedInstall } from '../plan/boot-target.ts';
import { findMachine } from '../model/machine-of-client.ts';
import { planBoot } from '../plan/plan-boot.ts';
import { parseMac, UNSPECIFIED_IPV4 } from '../protocol/addresses.ts';

/**
 * Adds to events what the configuration of that moment says. Of a loader that got its configuration: what that boots (`boots`,
 * and `menu` when it asks first; a machine that starts its own disk is not heard of again, and nothing is wrong). Of a client
 * that dnsmasq gave no answer: why, which dnsmasq itself does not tell.
 */
export function withBootChoices(sink: EventSink, context: () => BootContext): EventSink {
  return {
    emit(event) {
      const more = isBootConfig(event) ? choiceOf(event, context()) : refusalOf(event, context);
      sink.emit(more === undefined ? event : { ...event, detail: { ...event.detail, ...more } });
    },
  };
}

function isBootConfig({ type, detail }: NewBootEvent): boolean {
  const isWhole = type === 'tftp.done' || type === 'http.done';
  return isWhole && stageOfPath(String(detail?.['path'] ?? '')) === 'boot-config';
}

function choiceOf(event: NewBootEvent, context: BootContext): EventDetail {
  const mac = event.mac ?? parseMac(String(event.detail?.['askedAs'] ?? ''));
  const machine = mac === undefined ? undefined : findMachine(context.config, { mac });
  const { menu, unknown } = context.config.boot;
  if (machine === undefined && unknown !== 'menu' && isForEveryone(event)) {
    return { boots: unknown === 'hold' ? 'hold' : 'local' };
  }
  const asks = menu && !isUnattendedInstall(context, machine);
  return { boots: defaultImageOf(context, machine), ...(asks ? { menu: true } : {}) };
}

/** Who is known by UUID or serial number alone, or taken by a profile, goes on with a file of its own. */
function isForEveryone({ detail }: NewBootEvent): boolean {
  return /^\/?(?:boot\.ipxe|pxelinux\.cfg\/default|grub\/grub\.cfg)$/.test(String(detail?.['path'] ?? ''));
}

function refusalOf(event: NewBootEvent, context: () => BootContext): EventDetail | undefined {
  const { type, mac, uuid, firmware, detail = {} } = event;
  if (type !== 'dhcp.ignored' || mac === undefined || detail['message'] !== undefined) return undefined;
  const vendorClass = detail['vendorClass'];
  const plan = planBoot(context(), {
    mac,
    ...(uuid === undefined ? {} : { uuid }),
    architectures: String(detail['architectures'] ?? '')
      .split(/\D+/)
      .filter((code) => code !== '')
      .map(Number),
    ...(typeof vendorClass === 'string' ? { vendorClass } : {}),
    isIpxe: firmware === 'ipxe',
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  });
  // what a log leaves out may have decided otherwise
  return plan.action === 'ignore' ? { reason: plan.reason, message: plan.detail } : undefined;
}
