import type { BootContext } from '../model/boot-context.ts';
import type { EventSink, NewBootEvent } from '../model/boot-event.ts';
import { stageOfPath } from '../model/served-path.ts';
import { defaultImageOf, isUnattendedInstall } from '../plan/boot-target.ts';
import { findMachine } from '../plan/find-machine.ts';
import { parseMac } from '../protocol/addresses.ts';

/**
 * Adds to the event of a loader that got its configuration what that configuration boots (`boots`, and `menu` when it asks
 * first), as it is decided at that moment: a machine that starts its own disk is not heard of again, and nothing is wrong.
 */
export function withBootChoices(sink: EventSink, context: () => BootContext): EventSink {
  return {
    emit(event) {
      const choice = isBootConfig(event) ? choiceOf(event, context()) : undefined;
      sink.emit(choice === undefined ? event : { ...event, detail: { ...event.detail, ...choice } });
    },
  };
}

function isBootConfig({ type, detail }: NewBootEvent): boolean {
  const isWhole = type === 'tftp.done' || type === 'http.done';
  return isWhole && stageOfPath(String(detail?.['path'] ?? '')) === 'boot-config';
}

function choiceOf(event: NewBootEvent, context: BootContext): { boots: string; menu?: true } {
  const mac = event.mac ?? parseMac(String(event.detail?.['askedAs'] ?? ''));
  const machine = mac === undefined ? undefined : findMachine(context.config, { mac });
  const asks = context.config.boot.menu && !isUnattendedInstall(context, machine);
  return { boots: defaultImageOf(context, machine), ...(asks ? { menu: true } : {}) };
}
