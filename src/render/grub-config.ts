import type { BootContext } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { bootView, type BootViewEntry, isMixed } from './boot-view.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

/** GRUB's word for "until somebody chooses". */
const WAIT_FOR_EVER = -1;

/** `grub/grub.cfg`, or the file of one machine. */
export function renderGrubConfig(
  context: BootContext,
  readTemplate: ReadTemplate,
  machine?: Machine,
): string {
  const view = bootView(context, machine);
  const menuTimeout = view.timeoutSeconds === 0 ? WAIT_FOR_EVER : view.timeoutSeconds;
  return fillTemplate(readTemplate('grub.cfg.hbs'), {
    title: view.title,
    serialBaud: context.config.boot.serialBaud,
    address: context.config.network.address,
    defaultId: quoteWord(view.defaultId, 'grub'),
    timeout: view.isMenu ? menuTimeout : 0,
    entries: view.entries.map((entry) => entryView(entry, isMixed(context))),
  });
}

/** @param isCpuNamed true: only machines with the image's CPU see the entry */
function entryView(entry: BootViewEntry, isCpuNamed: boolean): Record<string, unknown> {
  const { target } = entry;
  const base = `/images/${target.image}`;
  return {
    id: quoteWord(entry.id, 'grub'),
    label: entry.label,
    isLocal: entry.isLocal,
    cpu: !isCpuNamed || entry.isLocal ? '' : entry.isArm64 ? 'arm64' : 'x86_64',
    kernel: entry.isLocal ? '' : quoteWord(`${base}/${target.kernel}`, 'grub'),
    initrd: entry.isLocal ? '' : quoteWord(`${base}/${target.initrd}`, 'grub'),
    arguments: target.arguments.map((word) => ` ${quoteWord(word, 'grub')}`).join(''),
  };
}
