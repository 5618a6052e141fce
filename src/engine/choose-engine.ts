import type { EngineChoice } from '../model/config.ts';
import { builtinEngine } from './builtin/builtin-engine.ts';
import { dnsmasqEngine } from './dnsmasq/dnsmasq-engine.ts';
import { dockerEngine } from './docker/docker-engine.ts';
import type { Engine, EngineInput } from './engine.ts';

export interface ChosenEngine {
  readonly engine: Engine;
  /** one line for the user */
  readonly why: string;
}

/** Best first: containers leave the host alone, the host's dnsmasq is tried and true, ours needs nothing. */
const BY_PREFERENCE: readonly Engine[] = [dockerEngine, dnsmasqEngine, builtinEngine];

/** What is left where no container can be made. */
export const ENGINES_WITHOUT_CONTAINERS: readonly Engine[] = [dnsmasqEngine, builtinEngine];

/**
 * The engine to use: the one asked for, or with `auto` the first that can run here. `passedBefore` tells of engines
 * that were tried already.
 */
export async function chooseEngine(
  choice: EngineChoice,
  input: EngineInput,
  engines: readonly Engine[] = BY_PREFERENCE,
  passedBefore: readonly string[] = [],
): Promise<ChosenEngine> {
  if (choice !== 'auto') {
    const engine = engines.find((candidate) => candidate.name === choice);
    if (engine === undefined) throw new Error(`there is no engine ${choice}`);
    return { engine, why: 'as asked for' };
  }
  const passed = [...passedBefore];
  for (const engine of engines) {
    const whyNot = await engine.whyUnavailable(input);
    if (whyNot === undefined) return { engine, why: whyChosen(engine, passed) };
    passed.push(`not ${engine.name} (${whyNot})`);
  }
  return { engine: builtinEngine, why: whyChosen(builtinEngine, passed) };
}

function whyChosen(engine: Engine, passed: readonly string[]): string {
  return passed.length === 0 ? `${engine.name} can run here and is preferred` : passed.join(', ');
}
