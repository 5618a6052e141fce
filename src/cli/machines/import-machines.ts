import { readFile } from 'node:fs/promises';
import { loadProject } from '../../engine/project.ts';
import { importMachines as importList } from '../../machines/lists/import-machines.ts';
import type { ListFormat } from '../../machines/lists/machine-list.ts';
import { messageOf, usageError } from '../../model/errors.ts';
import { endedBySignals } from '../../platform/ended-by-signals.ts';
import { parseMac } from '../../protocol/addresses.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { showConfigEdit } from '../say-config-edit.ts';
import { dropOrders } from './drop-orders.ts';

export interface ImportOptions {
  readonly format?: ListFormat;
  readonly profile?: string;
  readonly dryRun?: boolean;
  /** do not ask */
  readonly yes?: boolean;
}

/** `pxectl machines import FILE`: all of it, or nothing. */
export async function importMachines(context: CommandContext<ImportOptions>): Promise<number> {
  const { output, options, args } = context;
  const [path = ''] = args;
  const { config, configPath, layout } = await loadProject(requestedConfigPath(options));
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError({ what: `${path} cannot be read`, why: messageOf(error), cause: error });
  });
  const isDryRun = options.dryRun === true;
  const { format, profile } = options;
  const allow = async (logins: readonly string[]): Promise<void> => {
    const [first = '', ...more] = logins;
    const others = more.length === 0 ? '' : `, and so for ${more.length} more`;
    const asked = { isYes: options.yes === true, isJson: options.json === true };
    await confirm({
      ...context,
      ...asked,
      what: `${path} has passwords sent to new places: ${first}${others}`,
    });
  };
  const input = { configPath, config, path, text, format, profile, isDryRun, allow };
  const { edit, added, there } = await endedBySignals(() => importList(input));
  const named = added.map(({ mac, uuid, serial, name }) => ({ mac, uuid, serial, name }));
  // an order for a machine of this address that was in the file before is none for this one
  if (!isDryRun) await dropOrders(layout, named.map(asTarget));
  if (options.json) {
    output.json({
      ...{ schema: 'pxectl.machines.import/1', changed: !isDryRun && edit.diff !== '', added: named },
      ...{ there: there.map(({ name, mac }) => ({ name, mac })), diff: edit.diff },
    });
    return EXIT.ok;
  }
  showConfigEdit(output, edit, isDryRun);
  const what = `${added.length} machines added, ${there.length} were there`;
  output.progress(
    isDryRun ? `dry run: ${what}` : `${what}; a running pxectl takes ${configPath} with: pxectl reload`,
  );
  return EXIT.ok;
}

function asTarget({
  mac,
  name = '',
}: {
  readonly mac?: string | undefined;
  readonly name?: string | undefined;
}) {
  return { name, mac: mac === undefined ? undefined : parseMac(mac) };
}
