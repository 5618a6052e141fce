import type { IncomingMessage } from 'node:http';

/** Names of ten thousand machines fit. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The body of a request as text; undefined when it is larger than anybody needs. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // the connection stays: whoever sent too much is told so
  const received = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of received) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
