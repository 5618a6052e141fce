import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { BootSettings } from '../model/config.ts';
import { LOADER_PATHS } from '../model/loader.ts';
import { bootView, type BootViewEntry, HELD_LINES, HOLD_SECONDS } from './boot-view.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

/** Modules of a menu: menu.c32 loads libutil.c32, both load ldlinux.c32. */
const MENU_MODULES = ['menu.c32', 'libutil.c32'];

/** `pxelinux.cfg/default`, or the file of one machine or of a profile. */
export function renderPxelinuxConfig(
  context: BootContext,
  readTemplate: ReadTemplate,
  client?: BootSettings,
): string {
  const view = bootView(context, client);
  const inStore = new Set(context.loaders.files.map((file) => file.path));
  const hasMenu = view.isMenu && MENU_MODULES.every((path) => inStore.has(path));
  return fillTemplate(readTemplate('pxelinux.cfg.hbs'), {
    title: view.title,
    hold: view.isHeld && {
      ...HELD_LINES,
      tenths: HOLD_SECONDS * 10,
      again: inStore.has(LOADER_PATHS.lpxelinux) ? LOADER_PATHS.lpxelinux : LOADER_PATHS.pxelinux,
    },
    serialBaud: context.config.boot.serialBaud,
    menuModule: hasMenu ? 'menu.c32' : '',
    listEntries: view.isMenu && !hasMenu,
    prompt: view.isMenu && !hasMenu ? 1 : 0,
    timeoutTenths: view.timeoutSeconds * 10,
    defaultId: quoteWord(view.defaultId, 'pxelinux'),
    // real mode loaders run on x86 alone
    entries: view.entries
      .filter((entry) => !entry.isArm64 || entry.isDefault)
      // beside lpxelinux.0, pxelinux.0 runs on iPXE ROMs alone, and there it takes URLs too: iPXE fetches them
      .map((entry) =>
        entryView(entry, inStore.has(LOADER_PATHS.lpxelinux) ? `${httpBaseUrl(context.config)}/` : TFTP_ROOT),
      ),
  });
}

/** names in front of which pxelinux puts no folder of its own */
const TFTP_ROOT = '::';

/** @param server where files come from: a URL, or the TFTP server that pxelinux itself came from */
function entryView(entry: BootViewEntry, server: string): Record<string, unknown> {
  const { target } = entry;
  const base = `${server}images/${target.image}`;
  return {
    id: quoteWord(entry.id, 'pxelinux'),
    label: entry.label,
    isLocal: entry.isLocal,
    isDefault: entry.isDefault,
    kernel: entry.isLocal ? '' : quoteWord(`${base}/${target.kernel}`, 'pxelinux'),
    initrd: entry.isLocal ? '' : quoteWord(`${base}/${target.initrd}`, 'pxelinux'),
    arguments: target.arguments.map((word) => quoteWord(word, 'pxelinux')).join(' '),
    passesBootif: target.passesBootif,
  };
}
