import { useEffect, useState } from 'preact/hooks';

export interface Answer<Value> {
  readonly value?: Value;
  readonly error?: unknown;
  /** asks again, now */
  readonly again: () => void;
}

/** What the server answers to a question; asked anew when one of `about` is another. */
export function useAsked<Value>(question: () => Promise<Value>, about: readonly unknown[]): Answer<Value> {
  const [answer, setAnswer] = useState<Omit<Answer<Value>, 'again'>>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    const tell = (next: Omit<Answer<Value>, 'again'>): void => {
      if (isWanted) setAnswer(next);
    };
    question().then(
      (value) => tell({ value }),
      (error: unknown) => tell({ error }),
    );
    return () => {
      isWanted = false;
    };
  }, [...about, round]);
  return { ...answer, again: () => setRound((before) => before + 1) };
}
