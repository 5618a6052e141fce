import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type * as XzDecompress from 'xz-decompress';
import { filterThrough } from '../platform/filter-process.ts';
import { findProgram, toolMissing } from '../platform/processes.ts';

const MAGIC = {
  gzip: [0x1f, 0x8b],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
} as const;

/** Unpacks gzip, xz or zstd, told apart by their first bytes; anything else passes through. */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 6) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = (async function* () {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  const is = (magic: readonly number[]) => magic.every((byte, index) => head[index] === byte);
  if (is(MAGIC.gzip)) yield* through(whole, zlib.createGunzip());
  else if (is(MAGIC.xz)) yield* unxz(whole);
  else if (is(MAGIC.zstd)) yield* unzstd(whole);
  else yield* whole;
}

async function* through(source: AsyncIterable<Uint8Array>, output: Transform): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source);
  input.on('error', (error) => output.destroy(error));
  yield* input.pipe(output) as AsyncIterable<Buffer>;
}

async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // a CommonJS bundle whose names Node does not see through import(), while tsx does and has no default
  type Names = typeof XzDecompress;
  const loaded = (await import('xz-decompress')) as unknown as Names & { readonly default?: Names };
  const { XzReadableStream } = loaded.default ?? loaded;
  const input = Readable.toWeb(Readable.from(source)) as ReadableStream<Uint8Array>;
  const reader = new XzReadableStream(input).getReader();
  for (;;) {
    const next = await reader.read();
    if (next.done) return;
    yield next.value;
  }
}

/** RFC 8878 §3.1.1.1.2: decoders may refuse windows that they have no memory for; zstd's own bound is 128 MiB. */
const ZSTD_WINDOW_LOG_MAX = 27;

/** Node has zstd from 22.15 on; before that the program does it. Both check the content's checksum. */
async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if ('createZstdDecompress' in zlib) {
    const create = zlib.createZstdDecompress as (options: object) => Transform;
    const { ZSTD_d_windowLogMax: windowLogMax } = zlib.constants as Record<string, number>;
    const params = { [windowLogMax ?? 0]: ZSTD_WINDOW_LOG_MAX };
    yield* through(source, create({ params }));
    return;
  }
  const program = await findProgram('zstd');
  if (program === undefined) throw toolMissing('zstd');
  yield* filterThrough(program, ['-dcq', `--memory=${2 ** (ZSTD_WINDOW_LOG_MAX - 20)}MB`], source);
}
