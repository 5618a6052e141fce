import { stringify } from 'yaml';
import { loadProject } from '../../engine/project.ts';
import type { MachineEntry } from '../../machines/config-file/machine-entry.ts';
import { writeCsvMachines } from '../../machines/lists/csv-machines.ts';
import { writtenEntries } from '../../machines/lists/import-machines.ts';
import { selectMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { isUnnamed, type SelectionOptions } from './selection.ts';

export const EXPORT_FORMATS = ['csv', 'yaml', 'json'] as const;

export interface ExportOptions extends SelectionOptions {
  readonly format?: (typeof EXPORT_FORMATS)[number];
}

/** `pxectl machines export`: what the file says of machines, as `machines import` reads it back; of all where nobody is named. */
export async function exportMachines(context: CommandContext<ExportOptions>): Promise<number> {
  const { output, options, args } = context;
  const { config, configPath, configText, layout } = await loadProject(requestedConfigPath(options));
  const all = options.all === true || (args.length === 0 && !isUnnamed(options));
  const machines = selectMachines(config, { names: args, profile: options.profile, all });
  const entries = writtenEntries(configText, { path: configPath, stateRoot: layout.root }, machines);
  output.data(written(entries, options.json === true ? 'json' : (options.format ?? 'csv')).trimEnd());
  return EXIT.ok;
}

function written(entries: readonly MachineEntry[], format: (typeof EXPORT_FORMATS)[number]): string {
  switch (format) {
    case 'csv':
      return writeCsvMachines(entries);
    case 'yaml':
      return stringify({ machines: entries });
    case 'json':
      return JSON.stringify({ schema: 'pxectl.machines.export/1', machines: entries }, null, 2);
  }
}
