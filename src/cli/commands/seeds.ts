import { resolve } from 'node:path';
import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** `pxectl seeds check` */
export function registerSeeds(program: Command): void {
  const seeds = program.command('seeds').description('what unattended installs answer their installers with');
  seeds
    .command('check')
    .description('fill seeds in for their machines, and look at them as the installers will')
    .argument('[names...]', 'machines, or seeds that machines have (default: all)')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(checkSeedsOf));
}

async function checkSeedsOf(context: CommandContext<GlobalOptions>): Promise<number> {
  const { output, options, args } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { judgeSeeds } = await import('../../engine/machine-seeds.ts');
  const { findMachines } = await import('../../model/find-machines.ts');
  const { whereOf } = await import('../../machines/seeds/seed-problem.ts');
  const { listNames, sharedProblems } = await import('../install-seeds.ts');
  const project = await loadProject(requestedConfigPath(options));
  const { machines } = project.config;
  const withSeed = machines.filter(({ install }) => install !== undefined);
  const wanted = args.flatMap((word) => {
    const users = withSeed.filter(({ install }) => install?.seed === resolve(word));
    return users.length > 0 ? users : findMachines(project.config, [word]);
  });
  const chosen = args.length === 0 ? withSeed : [...new Set(wanted)];
  const judged = await judgeSeeds(project, chosen);
  const isBroken = judged.some(({ problems }) => problems.some(({ weight }) => weight === 'fatal'));
  if (options.json) {
    output.json({ schema: 'pxectl.seeds.check/1', ok: !isBroken, seeds: judged });
    return isBroken ? EXIT.failure : EXIT.ok;
  }
  for (const { names, problem } of sharedProblems(judged)) {
    output.data(`${whereOf(problem)}: ${problem.weight}: ${problem.text} (${listNames(names)})`);
  }
  const blind = chosen.length - judged.length;
  const unknown = blind === 0 ? '' : `; ${blind} have no seed, or an image of which nothing is known`;
  output.progress(`${judged.length} machines with a seed were looked at${unknown}`);
  return isBroken ? EXIT.failure : EXIT.ok;
}
