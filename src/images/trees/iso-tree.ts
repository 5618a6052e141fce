import { assetError } from '../../model/errors.ts';
import { openIso, type IsoEntry, type IsoImage } from '../../protocol/iso9660/iso-image.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { StreamingSource } from '../sources/streaming-source.ts';
import type { FileTree } from './file-tree.ts';

export interface IsoTree extends FileTree {
  readonly volumeId: string;
  readonly sizeBytes: number;
  readonly image: IsoImage;
}

/**
 * The files of an ISO image, read without mounting it.
 * The source is closed with the tree, or at once when it is no ISO.
 * @throws PxectlError E_ISO_INVALID when it is none or was cut short; also later, from every method
 */
export async function openIsoTree(source: StreamingSource): Promise<IsoTree> {
  try {
    return await readIsoTree(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readIsoTree(source: StreamingSource): Promise<IsoTree> {
  const { origin } = source;
  const image = await asAssetError(origin, () => openIso(source));
  if (image.volumeSizeBytes > source.sizeBytes) {
    throw invalid(origin, `it is cut short: ${source.sizeBytes} of ${image.volumeSizeBytes} bytes are there`);
  }
  const findFile = async (path: string): Promise<IsoEntry | undefined> => {
    const entry = await asAssetError(origin, () => image.find(path));
    return entry?.kind === 'file' ? entry : undefined;
  };
  return {
    origin,
    image,
    volumeId: image.volumeId,
    sizeBytes: source.sizeBytes,
    ...(source.changedAtMs === undefined ? {} : { changedAtMs: source.changedAtMs }),
    streamWhole: () => source.stream(0, source.sizeBytes),
    ...(source.cloneTo === undefined ? {} : { cloneWhole: source.cloneTo }),
    sizeOf: async (path) => (await findFile(path))?.sizeBytes,
    list: async (path) =>
      ((await asAssetError(origin, () => image.list(path))) ?? [])
        .map((entry) => (entry.kind === 'directory' ? `${entry.name}/` : entry.name))
        .sort(),
    async *stream(path) {
      const file = await findFile(path);
      if (file === undefined) {
        throw assetError('E_NOT_FOUND', { what: `there is no file ${path} in ${origin}` });
      }
      if (file.isCompressed === true) {
        throw assetError('E_IMAGE_UNSUPPORTED', {
          what: `${path} in ${origin} is compressed with zisofs`,
          why: 'pxectl reads files as they are on the disc, and loaders do too',
          next: 'take an image of the vendor, or write this one again without zisofs',
        });
      }
      // an empty file may have any block number
      for (const extent of file.extents.filter((piece) => piece.sizeBytes > 0)) {
        if (extent.offset + extent.sizeBytes > source.sizeBytes) {
          throw invalid(origin, `${path} lies behind its end: it is cut short`);
        }
        yield* source.stream(extent.offset, extent.sizeBytes);
      }
    },
    close: () => source.close(),
  };
}

async function asAssetError<T>(origin: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid(origin, error.problem, error);
    throw error;
  }
}

function invalid(origin: string, why: string, cause?: unknown): Error {
  return assetError('E_ISO_INVALID', {
    what: `${origin} is not a whole ISO image`,
    why,
    next: 'fetch it again, and compare its size and SHA-256 with those of the vendor',
    ...(cause === undefined ? {} : { cause }),
  });
}
