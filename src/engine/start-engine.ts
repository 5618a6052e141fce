import type { EngineName } from '../model/config.ts';
import { PxectlError, type ErrorCode } from '../model/errors.ts';
import { chooseEngine, ENGINES_WITHOUT_CONTAINERS } from './choose-engine.ts';
import type { EngineInput, RunningEngine } from './engine.ts';

/** What can go wrong with images and containers alone: the other engines need neither. */
const CONTAINER_TROUBLE: readonly ErrorCode[] = [
  'E_IMAGE_BUILD',
  'E_ENGINE_VERSION',
  'E_ENGINE_START',
  'E_DISK_FULL',
];

/**
 * Starts the engine asked for, or with `auto` the first that can run here. A Docker Engine that answers, but has no
 * image and cannot make one (no registry) or starts no container, is passed over then.
 */
export async function startEngine(
  input: EngineInput,
  onChoice: (name: EngineName, why: string) => void,
): Promise<{ readonly running: RunningEngine; readonly why: string }> {
  const wanted = input.context.config.engine;
  const { engine, why } = await chooseEngine(wanted, input);
  onChoice(engine.name, why);
  try {
    return { running: await engine.start(input), why };
  } catch (error) {
    if (wanted !== 'auto' || engine.name !== 'docker' || !isContainerTrouble(error)) throw error;
    const whyNotDocker = [error.message, error.why?.split('\n')[0]].filter(Boolean).join(': ');
    const next = await chooseEngine('auto', input, ENGINES_WITHOUT_CONTAINERS, [
      `not docker (${whyNotDocker})`,
    ]);
    onChoice(next.engine.name, next.why);
    return { running: await next.engine.start(input), why: next.why };
  }
}

function isContainerTrouble(error: unknown): error is PxectlError {
  return error instanceof PxectlError && CONTAINER_TROUBLE.includes(error.code);
}
