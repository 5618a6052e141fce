import { secretsBeside } from './state-layout.ts';

/** Files beside the configuration that go out to nobody, whoever names them as a seed. */
export interface PrivatePlaces {
  readonly configPath: string;
  readonly stateRoot: string;
  readonly secrets: string;
}

export const privatePlaces = ({
  path,
  stateRoot,
}: {
  readonly path: string;
  readonly stateRoot: string;
}): PrivatePlaces => ({
  configPath: path,
  stateRoot,
  secrets: secretsBeside({ root: stateRoot }),
});

/** Why this file or folder, absolute, can be no seed; undefined: it can. */
export function whyNoSeed(
  path: string,
  { configPath, stateRoot, secrets }: PrivatePlaces,
): string | undefined {
  if (isBelow(path, `${stateRoot}/serve`))
    return 'files below .pxectl/serve are public; a seed holds secrets';
  if (isBelow(path, stateRoot))
    return 'what pxectl keeps there, as the token of the dashboard, is for nobody else';
  if (isBelow(path, secrets)) {
    return 'a secret goes out in a seed that names it, as {{secret "NAME"}}, and never as a file';
  }
  // copies too: pxectl.yaml.bak, pxectl.yaml~
  if (path.startsWith(configPath)) return 'this is the configuration itself: a seed is a file of its own';
  if (isBelow(configPath, path))
    return 'the configuration lies in this folder: a folder of seeds holds nothing else';
  return undefined;
}

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
