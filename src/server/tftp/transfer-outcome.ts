import { printable } from '../../model/printable.ts';
import type { TftpSender } from '../../protocol/tftp/sender.ts';

/** Why we end one. */
export type StopReason = 'superseded' | 'server-stopped' | 'gave-way' | 'too-many-transfers';

/** How a transfer ended. */
export type TransferOutcome =
  | { readonly kind: 'done'; readonly message?: string }
  | {
      readonly kind: 'aborted';
      readonly reason: 'size-probe' | 'client-aborted' | StopReason;
      readonly message: string;
    }
  | {
      readonly kind: 'error';
      readonly reason: 'timeout' | 'client-gone' | 'file-changed' | 'socket';
      readonly message: string;
    };

/** How far a transfer has come. */
type Progress = Pick<TftpSender, 'ackedBlocks' | 'sentBlocks' | 'totalBlocks' | 'isNegotiating'>;

const STOP_TEXT: Readonly<Record<StopReason, string>> = {
  superseded: 'the client began anew',
  'server-stopped': 'pxectl stopped',
  'gave-way': 'all places were taken: it never answered, stood still, was very slow, or had waited for long',
  'too-many-transfers': 'its address has as many under way as one may have',
};

/** What the client is told; without a word its own timer tells it. */
export const TOLD_AT_STOP: Readonly<Partial<Record<StopReason, string>>> = {
  'server-stopped': 'the server is stopping',
  'gave-way': 'the server is busy, try again',
  'too-many-transfers': 'too many transfers to this address at once',
};

/** We have ended it. */
export function outcomeOfStop(reason: StopReason): TransferOutcome {
  return { kind: 'aborted', reason, message: STOP_TEXT[reason] };
}

/** The client sent an ERROR packet. */
export function outcomeOfClientError(
  progress: Progress,
  isSizeAsked: boolean,
  code: number,
  message: string,
): TransferOutcome {
  const text = `the client sent error ${code}${message === '' ? '' : `: ${printable(message)}`}`;
  // EDK2 and Intel ROMs ask for the size first and hang up after the OACK: nothing is wrong
  const isProbe = progress.isNegotiating && isSizeAsked;
  return { kind: 'aborted', reason: isProbe ? 'size-probe' : 'client-aborted', message: text };
}

/** The client's port is closed: what that means depends on how far it came. */
export function outcomeOfClosedPort(progress: Progress, isSizeAsked: boolean): TransferOutcome {
  const { ackedBlocks, sentBlocks, totalBlocks } = progress;
  if (ackedBlocks === 0 && totalBlocks > 1) {
    // a Raspberry Pi looks whether a file is there and goes; others want its size and say nothing more
    return {
      kind: 'aborted',
      reason: isSizeAsked ? 'size-probe' : 'client-aborted',
      message: 'the client closed its port after the first answer',
    };
  }
  if (sentBlocks === totalBlocks) {
    return { kind: 'done', message: 'the client closed its port without acknowledging the last blocks' };
  }
  return {
    kind: 'error',
    reason: 'client-gone',
    message: `the client closed its port after block ${ackedBlocks} of ${totalBlocks}`,
  };
}

/** The client has not answered for so long that it is given up. */
export function outcomeOfSilence(progress: Progress): TransferOutcome {
  const { ackedBlocks, sentBlocks, totalBlocks } = progress;
  // the last acknowledgement is often lost: the client has its file and is gone
  if (sentBlocks === totalBlocks && ackedBlocks >= totalBlocks - 1 && ackedBlocks > 0) {
    return { kind: 'done', message: 'the client did not acknowledge the last block' };
  }
  const message = progress.isNegotiating
    ? 'the client did not answer the first packet'
    : `the client stopped answering after block ${ackedBlocks} of ${totalBlocks}`;
  return { kind: 'error', reason: 'timeout', message };
}

/** The file is not what it was when the transfer began. */
export function outcomeOfChangedFile(error: Error | undefined): TransferOutcome {
  const message =
    error === undefined ? 'the file became shorter during the transfer' : `reading failed: ${error.message}`;
  return { kind: 'error', reason: 'file-changed', message };
}
