import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readLoaderManifest } from '../../images/loaders/loader-manifest.ts';
import { mirrorsInWords } from '../../images/download/mirrors.ts';
import { openStore } from '../../images/store.ts';
import type { Config } from '../../model/config.ts';
import { messageOf, systemCodeOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { LOADER_PATHS, type LoaderFile } from '../../model/loader.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { withRegularFile } from '../../platform/regular-file.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { command } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { Check, Looked } from './check.ts';
import { familyOf } from '../../platform/install-hint.ts';

/** Loaders and images of a project: there, whole, for the right CPU, readable. */
export function fileChecks(config: Config, layout: StateLayout): readonly Check[] {
  return [
    {
      id: 'loaders',
      group: 'files',
      title: 'boot loaders: CPU, signature, modules, modes',
      covers: [
        'loader-missing',
        'loader-damaged',
        'loader-arch-mismatch',
        'second-stage-missing',
        'loader-version-mix',
        'tftp-access-denied',
        'unsigned-loader-under-secure-boot',
      ],
      // whole files are no proof of what a machine was given, nor of its Secure Boot
      excludes: ['loader-damaged', 'loader-version-mix'],
      look: () => lookAtLoaders(config, layout),
    },
    {
      id: 'images',
      group: 'files',
      title: 'images of the configuration',
      covers: ['image-not-fetched', 'http-file-missing'],
      excludes: ['image-not-fetched'],
      look: () => lookAtImages(config, layout),
    },
  ];
}

async function lookAtLoaders(config: Config, layout: StateLayout): Promise<Looked> {
  const { files } = await readLoaderManifest(layout);
  if (files.length === 0) {
    return {
      seen: 'none',
      findings: [
        makeFinding('loader-missing', [at(layout.loaders, 'no loader was fetched')], {
          title: 'no boot loader was fetched yet',
          mends: [command('pxectl fetch IMAGE', 'it brings the loaders too')],
        }),
      ],
    };
  }
  const findings: Finding[] = [];
  for (const file of files) findings.push(...(await lookAtLoader(layout, file)));
  findings.push(...lookAtModules(files), ...lookAtSecureBoot(config, files));
  const programs = files
    .filter((file) => file.isProgram)
    .map((file) => `${file.path}${file.isSigned ? ' (signed)' : ''}`);
  return { seen: programs.join(', '), findings };
}

async function lookAtLoader(layout: StateLayout, file: LoaderFile): Promise<Finding[]> {
  const path = join(layout.loaders, file.path);
  try {
    const found = await stat(path);
    if (found.size !== file.sizeBytes) {
      return [
        makeFinding('loader-damaged', [at(path, `${found.size} bytes, ${file.sizeBytes} in the manifest`)]),
      ];
    }
    if ((found.mode & 0o004) === 0)
      return [
        makeFinding('tftp-access-denied', [at(path, `mode ${(found.mode & 0o777).toString(8)}`)], {
          mends: [command(`chmod a+r ${path}`)],
        }),
      ];
    return file.isProgram ? await judgeProgram(path, file) : [];
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT')
      return [
        makeFinding('loader-missing', [at(path, 'not there')], {
          title: `${file.path} is not in ${layout.loaders}`,
          mends: [command('pxectl fetch IMAGE')],
        }),
      ];
    if (error instanceof ProtocolError)
      return [
        makeFinding('loader-arch-mismatch', [at(path, messageOf(error))], {
          title: `${file.path} is not the loader it should be`,
        }),
      ];
    throw error;
  }
}

async function judgeProgram(path: string, file: LoaderFile): Promise<Finding[]> {
  const head = (await readProgramHead(path)) ?? new Uint8Array();
  const isEfi = head[0] === 0x4d && head[1] === 0x5a;
  const wrong = (what: string): Finding[] => [
    makeFinding('loader-arch-mismatch', [at(path, what)], {
      title: `${file.path} is not the loader it should be: ${what}`,
    }),
  ];
  if (file.platform === 'bios') return isEfi ? wrong('an EFI program') : [];
  const { machine, machineCode } = decodePe(head, Number.MAX_SAFE_INTEGER);
  return machine === file.platform ? [] : wrong(`a program for ${machine ?? `machine ${machineCode}`}`);
}

function lookAtModules(files: readonly LoaderFile[]): Finding[] {
  const program = files.find(
    (file) => file.path === LOADER_PATHS.pxelinux || file.path === LOADER_PATHS.lpxelinux,
  );
  const modules = files.filter((file) => file.path.endsWith('.c32'));
  if (!program) return [];
  if (!modules.some((file) => file.path === 'ldlinux.c32')) {
    return [
      makeFinding('second-stage-missing', [at(program.path, 'ldlinux.c32 is not beside it')], {
        title: 'ldlinux.c32 is not beside pxelinux.0',
      }),
    ];
  }
  const other = modules.find((file) => file.version !== program.version);
  return other
    ? [
        makeFinding('loader-version-mix', [
          at(other.path, `version ${other.version}, ${program.path} is ${program.version}`),
        ]),
      ]
    : [];
}

function lookAtSecureBoot(config: Config, files: readonly LoaderFile[]): Finding[] {
  const machines = config.machines.filter((machine) => machine.secureBoot);
  if (machines.length === 0) return [];
  const shim = files.find(
    (file) => file.path === LOADER_PATHS.shimX64 || file.path === LOADER_PATHS.ipxeShimX64,
  );
  if (shim?.isSigned === true) return [];
  return [
    makeFinding(
      'unsigned-loader-under-secure-boot',
      [{ source: 'pxectl.yaml', text: `${machines.map((m) => m.name).join(', ')}: secureBoot: true` }],
      {
        title: 'a machine has secureBoot: true, and there is no signed shim',
        cause: 'Firmware with Secure Boot starts only programs with a signature that it knows.',
        mends: [
          ...(familyOf() === 'apt'
            ? [command('sudo apt-get install shim-signed grub-efi-amd64-signed')]
            : []),
          command('pxectl fetch IMAGE'),
        ],
      },
    ),
  ];
}

async function lookAtImages(config: Config, layout: StateLayout): Promise<Looked> {
  if (config.images.length === 0) return { notChecked: 'the configuration names no image' };
  const store = openStore(layout);
  const findings: Finding[] = [];
  const seen: string[] = [];
  for (const id of config.images) {
    const manifest = await store.find(id);
    if (!manifest) {
      findings.push(
        makeFinding('image-not-fetched', [{ source: 'pxectl.yaml', text: `images: ${id}` }], {
          title: `the image ${id} is not here`,
          mends: [command(`pxectl fetch ${id}`)],
        }),
      );
      continue;
    }
    seen.push(manifest.mirror === undefined ? id : `${id} from ${manifest.mirror}`);
    for (const file of manifest.files) {
      const path = store.filePath(id, file.path);
      try {
        const found = await stat(path);
        if (found.size !== file.sizeBytes)
          findings.push(
            makeFinding(
              'http-file-missing',
              [at(path, `${found.size} bytes, ${file.sizeBytes} in the manifest`)],
              {
                title: `${file.path} of ${id} is damaged`,
                mends: [command(`pxectl fetch --force ${id}`)],
              },
            ),
          );
      } catch (error) {
        if (systemCodeOf(error) !== 'ENOENT') throw error;
        findings.push(
          makeFinding('http-file-missing', [at(path, 'not there')], {
            title: `${file.path} of ${id} is gone`,
            mends: [command(`pxectl fetch --force ${id}`)],
          }),
        );
      }
    }
  }
  const mirrors = mirrorsInWords(config.mirrors).map((mirror) => `; fetch asks ${mirror}`);
  return { seen: (seen.length === 0 ? 'none' : seen.join(', ')) + mirrors.join(''), findings };
}

/** What the first bytes of a boot program of a foreign TFTP root say; undefined when it cannot be read. */
export async function readProgramHead(path: string): Promise<Uint8Array | undefined> {
  try {
    return await withRegularFile(path, async (file) => {
      const head = new Uint8Array(4096);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      return head.subarray(0, bytesRead);
    });
  } catch {
    return undefined;
  }
}

function at(path: string, text: string): { source: string; text: string } {
  return { source: path, text };
}
