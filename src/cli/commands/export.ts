import { Argument, type Command } from 'commander';
import type { BootContext } from '../../model/boot-context.ts';
import type { Machine } from '../../model/config.ts';
import type { RenderedFile } from '../../render/rendered-file.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';

interface ExportCommandOptions {
  readonly out?: string;
  readonly dryRun?: boolean;
}

const KINDS = ['compose', 'systemd', 'dockerfile'] as const;
type Kind = Exclude<(typeof KINDS)[number], 'dockerfile'>;

const NEXT: Readonly<Record<Kind, (folder: string) => string>> = {
  compose: (folder) => `docker compose --file ${folder}/compose.yaml up --build`,
  systemd: (folder) =>
    `sudo systemctl enable --now ${folder}/pxectl-dnsmasq.service ${folder}/pxectl-nginx.service`,
};

/** `pxectl export compose|systemd` */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description('files with which other tools run the same set-up without pxectl')
    .addArgument(
      new Argument('<kind>', 'dockerfile: of the image that the docker engine uses, on stdout').choices(
        KINDS,
      ),
    )
    .option('--out <folder>', 'write the files there (default: .pxectl/export/KIND)')
    .option('--dry-run', 'print the files, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runExport));
}

async function runExport(context: CommandContext<ExportCommandOptions>): Promise<number | undefined> {
  const { output, options, args, signal } = context;
  // commander let no other word through
  const kind = args[0] as (typeof KINDS)[number];
  if (kind === 'dockerfile') return exportDockerfile(context);
  const path = await import('node:path');
  const { loadProject } = await import('../../engine/project.ts');
  const { loadBootContext } = await import('../../engine/boot-context.ts');
  const { fillServeFolder, foreignFiles } = await import('../../engine/serve-folder.ts');
  const { openFolders } = await import('../../engine/open-served.ts');
  const { checkStored } = await import('../../images/check-stored.ts');
  const { writeOutputFile } = await import('../../platform/output-file.ts');
  const project = await loadProject(requestedConfigPath(options));
  const boot = await loadBootContext(project);
  const folder = path.resolve(options.out ?? `${project.layout.root}/export/${kind}`);
  const isDryRun = options.dryRun === true;
  // the exported servers read the same folders that pxectl serves
  if (!isDryRun) {
    const onProgress = (line: string): void => output.progress(line);
    await checkStored(boot, project.layout, { signal, onProgress });
    const { foreign } = await fillServeFolder(boot, project.layout);
    if (foreign.length > 0) output.warn(foreignFiles(foreign));
  }
  const files = await renderKind(kind, boot, project.layout.root, folder);
  if (!isDryRun) {
    // what runs with them is another user
    for (const file of files) await writeOutputFile(`${folder}/${file.path}`, file.content, 0o644);
    await openFolders(folder, new Set(files.map((file) => path.dirname(`${folder}/${file.path}`))));
  }

  const withSeed = project.config.machines.filter(({ install }) => install !== undefined);
  for (const line of withoutSeeds(withSeed)) output.warn(line);
  if (options.json === true) {
    output.json({
      schema: 'pxectl.export/1',
      kind,
      folder,
      withoutSeed: withSeed.map(({ name }) => name),
      changed: !isDryRun,
      files,
      next: NEXT[kind](folder),
    });
    return undefined;
  }
  for (const file of files)
    output.data(isDryRun ? `# ${file.path}\n${file.content}` : `${folder}/${file.path}`);
  if (!isDryRun) output.progress(`next: ${NEXT[kind](folder)}`);
  return undefined;
}

/** What the exported servers leave out: what changes per machine comes from a running pxectl. */
function withoutSeeds(machines: readonly Machine[]): readonly string[] {
  if (machines.length === 0) return [];
  const names = machines.map(({ name }) => name).join(', ');
  const armed = machines.filter(({ isArmed }) => isArmed).map(({ name }) => name);
  return [
    `install seeds and reports come from a running pxectl: the exported servers alone install nothing unattended (${names})`,
    ...(armed.length === 0
      ? []
      : [
          `armed, and without pxectl up an installer that finds no answers: ${armed.join(', ')} (pxectl machines disarm ${armed.join(' ')})`,
        ]),
  ];
}

/** Needs no configuration: `make dnsmasq` builds the image with it before there is one. */
async function exportDockerfile({
  output,
  options,
}: CommandContext<ExportCommandOptions>): Promise<undefined> {
  if (options.out !== undefined) {
    const { usageError } = await import('../../model/errors.ts');
    throw usageError({
      what: 'the Dockerfile goes to stdout: --out is for compose and systemd',
      next: `pxectl export dockerfile > ${options.out}/Dockerfile`,
    });
  }
  const { readTemplate } = await import('../../platform/packaged-files.ts');
  const { renderDockerfile } = await import('../../render/dockerfile.ts');
  const { content, imageName } = renderDockerfile(readTemplate);
  if (options.json === true)
    output.json({ schema: 'pxectl.export/1', kind: 'dockerfile', imageName, content });
  else output.data(`# tag: ${imageName}\n${content.trimEnd()}`);
  output.progress(`next: docker build --network host --tag ${imageName} -`);
  return undefined;
}

async function renderKind(
  kind: Kind,
  boot: BootContext,
  stateRoot: string,
  folder: string,
): Promise<RenderedFile[]> {
  const { readTemplate } = await import('../../platform/packaged-files.ts');
  if (kind === 'compose') {
    const { renderComposeExport } = await import('../../render/export-compose.ts');
    return renderComposeExport(boot, readTemplate, { stateRoot });
  }
  const { renderSystemdExport } = await import('../../render/export-systemd.ts');
  const { findDnsmasq } = await import('../../engine/dnsmasq/dnsmasq-program.ts');
  const dnsmasq = await findDnsmasq();
  return renderSystemdExport(boot, readTemplate, {
    stateRoot,
    folder,
    ...(dnsmasq === undefined ? {} : { dnsmasqVersion: dnsmasq.version }),
  });
}
