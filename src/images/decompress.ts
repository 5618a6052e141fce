import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type * as xz from 'xz-decompress';

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
  if (is(MAGIC.gzip)) yield* gunzip(whole);
  else if (is(MAGIC.xz)) yield* unxz(whole);
  else if (is(MAGIC.zstd)) yield* unzstd(whole);
  else yield* whole;
}

async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source);
  const output = createGunzip();
  input.on('error', (error) => output.destroy(error));
  yield* input.pipe(output) as AsyncIterable<Buffer>;
}

async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // a CommonJS bundle whose names Node does not see through import()
  const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as typeof xz;
  const input = Readable.toWeb(Readable.from(source)) as ReadableStream<Uint8Array>;
  const reader = new XzReadableStream(input).getReader();
  for (;;) {
    const next = await reader.read();
    if (next.done) return;
    yield next.value;
  }
}

async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const ready: Uint8Array[] = [];
  let isFinished = false;
  const unpacker = new Decompress((chunk, isLast) => {
    ready.push(chunk);
    isFinished ||= isLast ?? false;
  });
  for await (const chunk of source) {
    unpacker.push(chunk);
    yield* ready.splice(0);
  }
  // fzstd checks the end of the frame only when it is told that no more will come
  if (!isFinished) unpacker.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}
