import type { EngineChoice } from '../../model/config.ts';
import type { Output } from '../output.ts';

/** What `up` was asked for. */
export interface UpWish {
  readonly image: string | undefined;
  readonly engine: EngineChoice | undefined;
  readonly configPath: string | undefined;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
}
