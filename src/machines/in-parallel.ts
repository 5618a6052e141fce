/** Lets so many work at a time; the others wait, in the order in which they came. */
export function atMost(count: number): <R>(work: () => Promise<R>) => Promise<R> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Does something for each, so many at a time; `work` does not throw. */
export async function inParallel<T>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const gate = atMost(atOnce);
  await Promise.all(all.map((one) => gate(() => work(one))));
}
