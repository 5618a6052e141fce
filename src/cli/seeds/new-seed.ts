import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import {
  newSeedView,
  SEED_FAMILIES,
  withoutOf,
  type NewSeedView,
  type SeedFamilyName,
  type SeedWishes,
} from '../../machines/seeds/new-seed.ts';
import { findConfig } from '../../engine/project.ts';
import { messageOf, usageError } from '../../model/errors.ts';
import { outputFileMode, writeOutputFile } from '../../platform/output-file.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { fillTemplate } from '../../render/template-engine.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { canAsk } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { isThere } from '../../platform/files.ts';
import { askPassword } from './ask-password.ts';

export interface NewSeedOptions extends Omit<SeedWishes, 'keys' | 'password'> {
  readonly to?: string;
  readonly sshKey?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
  readonly force?: boolean;
}

/** `pxectl seeds new FAMILY`: writes a seed to begin with, and says what to do with it. */
export async function writeNewSeed(
  context: CommandContext<NewSeedOptions>,
  family: SeedFamilyName,
): Promise<number> {
  const { output, options } = context;
  const { ending, image } = SEED_FAMILIES[family];
  const path = options.to ?? join('seeds', `${family}.${ending}`);
  await findConfig(requestedConfigPath(options), process.cwd());
  // nobody types a password for nothing
  await outputFileMode(path);
  if (options.force !== true && (await isThere(path))) {
    throw usageError({
      what: `${path} is there already`,
      next: 'give --force to write over it, or another --to FILE',
    });
  }
  const hasUsers = !withoutOf(family).includes('user');
  const found = hasUsers ? await sshKeys(options.sshKey) : undefined;
  const wishes: SeedWishes = { ...options, keys: found?.text };
  // what cannot be is told before anybody is asked
  newSeedView(family, wishes, 'asked later');
  const password = hasUsers ? await passwordFrom(context, wishes.user ?? 'the user') : undefined;
  const view = newSeedView(family, wishes, password === undefined ? '' : await hashOf(password));
  const text = fillTemplate(readTemplate(`seeds/${family}.hbs`), { ...view });
  // for its owner alone: it holds the hash of a password
  await writeOutputFile(path, text, 0o600);

  tellUnused(context, family);
  const key = view.keys.length === 1 ? '1 SSH key' : `${view.keys.length} SSH keys`;
  const from = found === undefined ? '' : ` of ${found.path}`;
  const who = hasUsers
    ? `: ${view.user}, ${key}${from}, ${view.hash === '' ? 'no password' : 'a password'}`
    : '';
  output.progress(`${path} is written${who}`);
  if (hasUsers && view.hash === '') {
    output.progress(`${view.user} has no password and is locked for one: the SSH key alone lets in`);
  }
  output.progress(diskSentence(family, view));
  if (options.json) {
    output.json({ schema: 'pxectl.seeds.new/1', family, path, user: hasUsers ? view.user : null });
  }
  output.progress(
    [
      'next:',
      `  pxectl seeds check ${path}`,
      `  pxectl machines add MAC --name NAME --image ${image} --seed ${path}`,
      '  pxectl machines arm NAME',
    ].join('\n'),
  );
  return EXIT.ok;
}

function diskSentence(family: SeedFamilyName, { disk }: NewSeedView): string {
  if (disk !== '') return `it wipes ${disk}`;
  return family === 'talos'
    ? 'it wipes /dev/sda: --disk names another'
    : 'it wipes a disk that the installer chooses: --disk names one';
}

function tellUnused({ output, options }: CommandContext<NewSeedOptions>, family: SeedFamilyName): void {
  const given: Readonly<Record<string, boolean>> = {
    user: options.user !== undefined,
    keys: options.sshKey !== undefined,
    password: options.passwordFile !== undefined || options.passwordStdin === true,
    locale: options.locale !== undefined,
    timezone: options.timezone !== undefined,
    keyboard: options.keyboard !== undefined,
  };
  const unused = withoutOf(family).filter((name) => given[name] === true);
  if (unused.length > 0) output.warn(`${family} has no place for: ${unused.join(', ')}`);
}

/** The keys of a file, or of whoever runs this. */
async function sshKeys(
  wanted: string | undefined,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  if (wanted !== undefined) return { path: wanted, text: await readGiven(wanted, '--ssh-key') };
  const folder = join(homedir(), '.ssh');
  const names = await readdir(folder).catch((): string[] => []);
  const name = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_rsa.pub'].find((one) => names.includes(one));
  if (name === undefined) return undefined;
  const path = join(folder, name);
  return { path, text: await readGiven(path, '--ssh-key') };
}

/** Never of the command line, which every user of this machine can read. */
async function passwordFrom(
  { output, options, signal }: CommandContext<NewSeedOptions>,
  user: string,
): Promise<string | undefined> {
  const { passwordFile, passwordStdin } = options;
  if (passwordFile === undefined && passwordStdin !== true) {
    return options.json !== true && canAsk(output) ? askPassword(user, signal) : undefined;
  }
  const text =
    passwordFile === undefined
      ? await textOf(process.stdin)
      : await readGiven(passwordFile, '--password-file');
  const [password = '', ...more] = text.replace(/\r?\n$/, '').split('\n');
  if (password !== '' && more.length === 0) return password;
  throw usageError({
    what: `the password is ${password === '' ? 'empty' : 'more than one line'}`,
    next: 'give one line, or none of the options for an account that SSH keys alone open',
  });
}

async function hashOf(password: string): Promise<string> {
  const { encrypt } = await import('unixcrypt');
  return encrypt(password);
}

async function readGiven(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usageError({
      what: `${option} ${path} cannot be read`,
      why: messageOf(error),
      next: 'name a file',
    });
  }
}
