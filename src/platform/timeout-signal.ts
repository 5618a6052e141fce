/**
 * As AbortSignal.timeout, and held by its timer: on Node.js 20 one that nobody but AbortSignal.any knows is collected as garbage,
 * and never fires. What would wait for it waits for ever.
 */
export function timeoutSignal(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const end = (): void =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  // as with AbortSignal.timeout, no program goes on for it
  setTimeout(end, timeoutMs).unref();
  return controller.signal;
}
