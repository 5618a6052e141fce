import { Option, type Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';

interface RenderOptions {
  readonly out?: string;
  readonly for?: string;
  readonly diff?: boolean;
  readonly showSecrets?: boolean;
}

/** `pxectl render` */
export function registerRender(program: Command): void {
  program
    .command('render')
    .description('every file that would be served; or what one client would get, and why')
    .option('--out <folder>', 'write the files there')
    .addOption(
      // what one client gets is no file
      new Option(
        '--for <name|mac|firmware>',
        'what a machine, or any machine with this firmware, would get, and which line says so',
      ).conflicts(['out', 'diff']),
    )
    .option('--diff', 'only what differs from the files that are served now')
    .option('--show-secrets', 'with the tokens that boot files of ordered installs show')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runRender));
}

async function runRender(context: CommandContext<RenderOptions>): Promise<number> {
  const { output, options } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { loadBootContext } = await import('../../engine/boot-context.ts');
  const { renderFor } = await import('../render/render-for.ts');
  const { renderFiles } = await import('../render/render-files.ts');
  const project = await loadProject(requestedConfigPath(options));
  const loaded = await loadBootContext(project);
  // against what is served they would be differences
  const hasTokens = options.showSecrets === true || options.diff === true;
  const boot = hasTokens ? loaded : { ...loaded, orderTokens: new Map() };
  const isJson = options.json === true;
  if (options.for !== undefined) return renderFor(project, boot, options.for, { output, isJson });
  return renderFiles(boot, project.layout, output, {
    isJson,
    isDiff: options.diff === true,
    ...(options.out === undefined ? {} : { folder: options.out }),
  });
}
