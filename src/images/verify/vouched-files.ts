import { createHash } from 'node:crypto';
import { assetError, PxectlError } from '../../model/errors.ts';
import type { Verification } from '../../model/image.ts';
import type { RemoteImage, Trust } from '../catalogue/remote-image.ts';
import type { HttpClient } from '../download/http-client.ts';
import type { FetchContext, FetchOptions } from '../fetch-types.ts';
import { parseChecksumList, parseSha512List } from './checksum-list.ts';
import type { KeyPin } from './key-pins.ts';
import type { PartFile } from '../download/part-file.ts';
import { downloadTrustedKeys, findTrustedKeys } from './trusted-keys.ts';
import { checkRelease, releaseSums } from './release-file.ts';
import { refusedStates, verifyClearsigned, verifyDetached } from './verify-signature.ts';

/** Sums of a place, and who vouches for them. */
export interface VouchedFiles {
  readonly place: string;
  /** by name below the place: SHA-256, or the algorithm of the list */
  readonly sums: ReadonlyMap<string, string>;
  readonly verification: Verification;
  readonly verifiedBy: string;
}

/** Lists are a few kilobytes, Debian's InRelease 150 KiB, its installer list 1 MiB. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

export interface VouchInput {
  readonly client: HttpClient;
  readonly options: FetchOptions;
  readonly context: FetchContext;
}

/**
 * Fetches the list of one place and checks its signature.
 * @throws PxectlError E_NOT_FOUND when the place has no list, E_SIGNATURE
 */
export async function readVouchedFiles(
  image: RemoteImage,
  place: string,
  trust: Trust,
  input: VouchInput,
): Promise<VouchedFiles> {
  const { client } = input;
  // a signature vouches for what is signed, on whatever way it came
  const isVouched = trust.kind !== 'unsigned-list' && input.options.isVerificationSkipped !== true;
  const get = (name: string): Promise<Uint8Array> =>
    client.getBytes(place + name, MAX_LIST_BYTES, { isVouched });
  const checkClearsigned = (key: KeyPin, name: string, bytes: Uint8Array): Promise<Checked> =>
    checkOrSkip(
      image,
      key,
      name,
      input,
      async (keys) => (await verifyClearsigned(name, bytes, keys)).signedText,
    );
  switch (trust.kind) {
    case 'signed-files': {
      const sums =
        trust.list === undefined
          ? new Map<string, string>()
          : parseChecksumList(textOf(await get(trust.list)));
      return { place, sums, ...verdictFor(trust.key, input.options) };
    }
    case 'unsigned-list':
      return {
        place,
        sums: parseChecksumList(textOf(await get(trust.list))),
        verification: 'checksum',
        verifiedBy: `${client.askedAddress(place + trust.list)}, which nobody signed`,
      };
    case 'signed-list': {
      const list = await get(trust.list);
      const name = client.askedAddress(place + trust.list);
      const checked = await checkOrSkip(image, trust.key, name, input, async (keys) => {
        const signature = await firstSignature(
          client,
          trust.signatures.map((name) => place + name),
        );
        await verifyDetached(name, list, signature, keys);
        return textOf(list);
      });
      const parse = trust.algorithm === 'sha512' ? parseSha512List : parseChecksumList;
      return { place, sums: parse(checked.text ?? textOf(list)), ...verdict(checked) };
    }
    case 'clearsigned-list': {
      const list = await get(trust.list);
      const checked = await checkClearsigned(trust.key, client.askedAddress(place + trust.list), list);
      return { place, sums: parseChecksumList(checked.text ?? textOf(list)), ...verdict(checked) };
    }
    case 'debian-archive': {
      const release = await get(trust.inRelease);
      const name = client.askedAddress(place + trust.inRelease);
      const checked = await checkClearsigned(trust.key, name, release);
      const released = checked.text ?? textOf(release);
      if (checked.text !== undefined) {
        checkRelease(released, { codename: trust.codename, name }, new Date());
      }
      const list = await get(trust.list);
      checkListAgainstRelease(released, trust, client.askedAddress(place + trust.list), list);
      return { place, sums: installerSums(textOf(list), trust.list), ...verdict(checked) };
    }
  }
}

const verdict = ({ verification, verifiedBy }: Checked) => ({ verification, verifiedBy });

interface Checked {
  readonly verification: Verification;
  readonly verifiedBy: string;
  /** what the signature covers; undefined when it was not looked at */
  readonly text: string | undefined;
}

/** Runs a check of signatures, or records that the user did not want one. */
export async function checkOrSkip(
  image: Pick<RemoteImage, 'id'>,
  pin: KeyPin,
  name: string,
  { client, options, context }: VouchInput,
  check: (keys: Awaited<ReturnType<typeof findTrustedKeys>>) => Promise<string | undefined>,
): Promise<Checked> {
  if (options.isVerificationSkipped === true) {
    context.progress({
      type: 'warning',
      subject: image.id,
      text: `THE SIGNATURE OF ${name} IS NOT CHECKED: anyone on the way may have changed this image`,
    });
    return { ...verdictFor(pin, options), text: undefined };
  }
  const keys = await findTrustedKeys(pin, options.keyring, context.layout, client);
  try {
    return { ...verdictFor(pin, options), text: await check(keys) };
  } catch (error) {
    const isOldCopy = options.keyring === undefined && mayBeOldCopy(error);
    const fresh = isOldCopy
      ? await downloadTrustedKeys(pin, context.layout, client).catch(() => undefined)
      : undefined;
    if (fresh === undefined) throw error;
    return { ...verdictFor(pin, options), text: await check(fresh) };
  }
}

/** A key or subkey that expired, or that is not there yet, may be good in the copy that the vendor publishes now. */
function mayBeOldCopy(error: unknown): boolean {
  const states = refusedStates(error) ?? [];
  return (
    !states.includes('bad') && states.some((state) => state === 'expired-key' || state === 'unknown-key')
  );
}

/** What the manifest says about files whose signatures were checked, or were not by the user's wish. */
export function verdictFor(pin: KeyPin, options: FetchOptions): Omit<Checked, 'text'> {
  if (options.isVerificationSkipped === true) {
    return { verification: 'skipped', verifiedBy: 'nobody: --insecure-skip-verify' };
  }
  const { keyring } = options;
  const by = keyring === undefined ? `${pin.name}, ${pin.fingerprints.join(' or ')}` : `a key of ${keyring}`;
  return { verification: 'signature', verifiedBy: by };
}

/** The first of several signatures that is there. A vendor may have renamed it from one release to the next. */
async function firstSignature(client: HttpClient, urls: readonly string[]): Promise<Uint8Array> {
  const [url = '', ...others] = urls;
  try {
    return await getSignature(client, url);
  } catch (error) {
    if (others.length === 0 || !(error instanceof PxectlError) || error.code !== 'E_SIGNATURE') throw error;
    return firstSignature(client, others);
  }
}

/** A missing signature is no missing file: it means that nobody vouches. */
export async function getSignature(client: HttpClient, url: string): Promise<Uint8Array> {
  try {
    return await client.getBytes(url, 1024 * 1024, { isVouched: true });
  } catch (error) {
    if (!(error instanceof PxectlError) || error.code !== 'E_NOT_FOUND') throw error;
    throw assetError('E_SIGNATURE', {
      what: `there is no signature: ${error.message}`,
      next: 'try another mirror: --mirror PREFIX=URL',
      cause: error,
    });
  }
}

function checkListAgainstRelease(
  release: string,
  trust: Extract<Trust, { kind: 'debian-archive' }>,
  name: string,
  list: Uint8Array,
): void {
  // paths in a Release file are relative to its own folder
  const folder = trust.inRelease.slice(0, trust.inRelease.lastIndexOf('/') + 1);
  const expected = releaseSums(release).get(trust.list.slice(folder.length));
  const actual = createHash('sha256').update(list).digest('hex');
  if (expected === actual) return;
  throw assetError('E_CHECKSUM', {
    what: `${name} is not the list that the archive signed`,
    why:
      expected === undefined
        ? `${trust.inRelease} does not name it`
        : `its SHA-256 is ${actual}, ${trust.inRelease} says ${expected}`,
    next: 'the mirror may be in the middle of an update: try again later, or name another: --mirror PREFIX=URL',
  });
}

/** The installer's list names files relative to its own folder; here they are relative to the place. */
function installerSums(list: string, listPath: string): Map<string, string> {
  const folder = listPath.slice(0, listPath.lastIndexOf('/') + 1);
  return new Map([...parseChecksumList(list)].map(([name, sum]) => [folder + name, sum]));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/**
 * Checks the detached signature that a file has beside it; the file is thrown away when it does not fit.
 * @throws PxectlError E_SIGNATURE
 */
export async function checkFileSignature(
  image: RemoteImage,
  url: string,
  part: PartFile,
  trust: Extract<Trust, { kind: 'signed-files' }>,
  input: VouchInput,
): Promise<void> {
  try {
    const name = input.client.askedAddress(url);
    await checkOrSkip(image, trust.key, name, input, async (keys) => {
      const signature = await getSignature(input.client, url + trust.suffix);
      await verifyDetached(name, part.path, signature, keys);
      return undefined;
    });
  } catch (error) {
    if (refusedStates(error) !== undefined) await part.discard();
    throw error;
  }
}
