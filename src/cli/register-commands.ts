import type { Command } from 'commander';
import { registerCompletion } from './commands/completion.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerDown } from './commands/down.ts';
import { registerExport } from './commands/export.ts';
import { registerFetch } from './commands/fetch.ts';
import { registerHelp } from './commands/help.ts';
import { registerHistory } from './commands/history.ts';
import { registerImages } from './commands/images.ts';
import { registerInit } from './commands/init.ts';
import { registerInstall } from './commands/install.ts';
import { registerLab } from './commands/lab.ts';
import { registerLogs } from './commands/logs.ts';
import { registerMachines } from './commands/machines.ts';
import { registerPower } from './commands/power.ts';
import { registerReload } from './commands/reload.ts';
import { registerRender } from './commands/render.ts';
import { registerReport } from './commands/report.ts';
import { registerSeeds } from './commands/seeds.ts';
import { registerStatus } from './commands/status.ts';
import { registerUp } from './commands/up.ts';
import { registerVersion } from './commands/version.ts';
import { registerWatch } from './commands/watch.ts';

/** Every command, in the order in which help lists them. */
export function registerCommands(program: Command): void {
  registerInit(program);
  registerFetch(program);
  registerImages(program);
  registerRender(program);
  registerUp(program);
  registerDown(program);
  registerReload(program);
  registerStatus(program);
  registerWatch(program);
  registerLogs(program);
  registerHistory(program);
  registerReport(program);
  registerMachines(program);
  registerSeeds(program);
  registerInstall(program);
  registerPower(program);
  registerDoctor(program);
  registerLab(program);
  registerExport(program);
  registerCompletion(program);
  registerVersion(program);
  registerHelp(program);
}
