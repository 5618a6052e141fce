/** An order that ended because the configuration has no such install any more. */
export interface LapsedOrder {
  readonly name: string;
  /** by which its order was kept: a MAC, a UUID, or a serial number in hex */
  readonly key: string;
}

/** Whose orders have ended, and why; one line. */
export function lapsedText(lapsed: readonly LapsedOrder[]): string {
  const named = lapsed.map(({ name, key }) => (name === key ? key : `${name} (${key})`)).join(', ');
  return `disarmed, since the configuration has no such install any more: ${named}`;
}
