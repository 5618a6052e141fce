/** One line of the stream that builds, imports and pulls answer with (HTTP 200 even when they fail). */
export interface StreamLine {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/**
 * Reads the JSON lines of a Docker stream to its end.
 * @throws Error with the Engine's words when a line says that it failed: the HTTP status does not
 */
export async function readDockerStream(
  stream: NodeJS.ReadableStream,
  onLine: (text: string) => void,
): Promise<void> {
  let failure: string | undefined;
  for await (const line of linesOf(stream)) {
    const parsed = parseLine(line);
    if (parsed.error !== undefined) failure = parsed.error;
    const text = (parsed.stream ?? parsed.status ?? '').trim();
    if (text !== '') onLine(text);
  }
  if (failure !== undefined) throw new Error(failure);
}

/** The lines of a text stream; the last one need not end. */
export async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

function parseLine(line: string): StreamLine {
  try {
    return JSON.parse(line) as StreamLine;
  } catch {
    return { stream: line };
  }
}
