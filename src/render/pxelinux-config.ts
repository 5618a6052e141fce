import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { LOADER_PATHS } from '../model/loader.ts';
import { bootView, type BootViewEntry } from './boot-view.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

/** Modules of a menu: menu.c32 loads libutil.c32, both load ldlinux.c32. */
const MENU_MODULES = ['menu.c32', 'libutil.c32'];

/** `pxelinux.cfg/default`, or the file of one machine. */
export function renderPxelinuxConfig(
  context: BootContext,
  readTemplate: ReadTemplate,
  machine?: Machine,
): string {
  const view = bootView(context, machine);
  const inStore = new Set(context.loaders.files.map((file) => file.path));
  const hasMenu = view.isMenu && MENU_MODULES.every((path) => inStore.has(path));
  return fillTemplate(readTemplate('pxelinux.cfg.hbs'), {
    title: view.title,
    serialBaud: context.config.boot.serialBaud,
    menuModule: hasMenu ? 'menu.c32' : '',
    listEntries: view.isMenu && !hasMenu,
    prompt: view.isMenu && !hasMenu ? 1 : 0,
    timeoutTenths: view.timeoutSeconds * 10,
    defaultId: quoteWord(view.defaultId, 'pxelinux'),
    // real mode loaders run on x86 alone
    entries: view.entries
      .filter((entry) => !entry.isArm64 || entry.isDefault)
      .map((entry) => entryView(context, entry, inStore.has(LOADER_PATHS.lpxelinux))),
  });
}

function entryView(
  context: BootContext,
  entry: BootViewEntry,
  isHttpCapable: boolean,
): Record<string, unknown> {
  const { target } = entry;
  // pxelinux.0 is what an iPXE ROM gets when loaders.bios is pxelinux: it has no HTTP of its own
  const isHttp = isHttpCapable && context.config.loaders.bios !== 'pxelinux';
  const base = isHttp ? `${httpBaseUrl(context.config)}/images/${target.image}` : `images/${target.image}`;
  return {
    id: quoteWord(entry.id, 'pxelinux'),
    label: entry.label,
    isLocal: entry.isLocal,
    isDefault: entry.isDefault,
    kernel: entry.isLocal ? '' : quoteWord(`${base}/${target.kernel}`, 'pxelinux'),
    initrd: entry.isLocal ? '' : quoteWord(`${base}/${target.initrd}`, 'pxelinux'),
    arguments: target.arguments.map((word) => quoteWord(word, 'pxelinux')).join(' '),
  };
}
