/** An order that ended because the configuration has no such install any more. */
export interface LapsedOrder {
  readonly name: string;
  readonly mac: string;
}

/** Whose orders have ended, and why; one line. */
export function lapsedText(lapsed: readonly LapsedOrder[]): string {
  const named = lapsed.map(({ name, mac }) => (name === mac ? mac : `${name} (${mac})`)).join(', ');
  return `disarmed, since the configuration has no such install any more: ${named}`;
}
