import { resolve } from 'node:path';
import type { Masker } from '../../doctor/mask.ts';
import { maskerFor } from '../../doctor/masker-for.ts';
import { programVersions } from '../../doctor/program-versions.ts';
import { comparedBoots } from '../../model/stage-past.ts';
import { isStandardOutput, writeOutputFile } from '../../platform/output-file.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderBootReport } from '../../render/boot-report.ts';
import { knownBoots } from '../boot-traces.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { watchedProject } from '../watched-project.ts';
import { bootPage } from './boot-page.ts';
import { findBoot } from './find-boot.ts';

export interface ReportOptions {
  readonly out?: string;
}

/** `pxectl report`: one HTML file. */
export async function writeReport(context: CommandContext<ReportOptions>): Promise<number> {
  const { output, options, args } = context;
  const { layout, machines } = await watchedProject(requestedConfigPath(options), output);
  const boots = await knownBoots(layout, machines);
  const boot = findBoot(args[0] ?? '', boots, machines);
  const compared = comparedBoots(boots).find((one) => one.boot === boot)?.compared ?? [];
  const versions = (await programVersions()).trimEnd().split('\n');
  // also machines that are not in the file any more
  const names = [
    ...machines.map(({ name }) => name),
    ...boots.flatMap(({ machineName = [] }) => machineName),
  ];
  const page = bootPage(boot, compared, versions);
  const text = JSON.stringify(page);
  // of ten thousand names a page has few
  const masker = maskerFor(
    [...new Set(names)].filter((name) => text.includes(JSON.stringify(name).slice(1, -1))),
  );
  // an id would name the card to whoever tries out all of a vendor
  const file = options.out ?? `boot-${boot.id.slice(0, -9)}.html`;
  const html = renderBootReport(masked(page, masker), readTemplate);
  if (options.json !== true && isStandardOutput(file)) {
    output.data(html.trimEnd());
    return EXIT.ok;
  }
  await writeOutputFile(file, html);
  const path = resolve(file);
  if (options.json) output.json({ schema: 'pxectl.report/1', boot: boot.id, path });
  else output.data(path);
  return EXIT.ok;
}

/** The same value with every text in it masked. */
function masked<T>(value: T, masker: Masker): T {
  if (typeof value === 'string') return masker.text(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => masked(one, masker)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, masked(one as unknown, masker)]),
  ) as T;
}
