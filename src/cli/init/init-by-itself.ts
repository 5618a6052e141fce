import type { Output } from '../output.ts';
import { initialise } from './initialise.ts';

export interface OwnInitWish {
  /** where it goes; here unless given */
  readonly configPath?: string | undefined;
  readonly images: readonly string[];
  readonly isDryRun: boolean;
}

/** What `pxectl init` does, by a command that needs a configuration and finds none; said in one line. */
export async function initByItself(
  wish: OwnInitWish,
  output: Output,
): Promise<{ readonly path: string; readonly address: string }> {
  const { path, network } = await initialise({
    images: wish.images,
    isForced: false,
    isDryRun: wish.isDryRun,
    ...(wish.configPath === undefined ? {} : { configPath: wish.configPath }),
  });
  const verb = wish.isDryRun ? 'would write' : 'wrote';
  output.progress(`no pxectl.yaml: ${verb} ${path}: ${[...network.found, ...network.assumed].join('; ')}`);
  return { path, address: network.address };
}
