/**
 * Bytes that do not follow their format. Thrown by every decoder in protocol/, and by nothing else there.
 * It never leaves a server loop: servers turn it into an event with a reason.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  /**
   * @param protocol the format that was being read, for example `dhcp` or `tftp`
   * @param offset byte offset in the input at which reading stopped
   * @param problem one line: what was expected and what was found
   */
  constructor(
    readonly protocol: string,
    readonly offset: number,
    readonly problem: string,
  ) {
    super(`${protocol}: ${problem} (at byte ${offset})`);
  }
}
