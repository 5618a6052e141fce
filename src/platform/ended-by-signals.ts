const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Does what only reads, and may take all of a processor for long, as with a file that somebody made for that: no handler of ours
 * would run then, so that signals end the program as they end any other.
 */
export async function endedBySignals<T>(work: () => Promise<T>): Promise<T> {
  const handlers = SIGNALS.flatMap((name) =>
    process.listeners(name).map((handler) => ({ name, handler: handler })),
  );
  for (const { name, handler } of handlers) process.off(name, handler);
  try {
    return await work();
  } finally {
    for (const { name, handler } of handlers) process.on(name, handler);
  }
}
