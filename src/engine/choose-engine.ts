import type { EngineChoice } from '../model/config.ts';
import { builtinEngine } from './builtin/builtin-engine.ts';
import type { Engine, EngineInput } from './engine.ts';

export interface ChosenEngine {
  readonly engine: Engine;
  /** one line for the user */
  readonly why: string;
}

/** The engine to use: the one asked for, or with `auto` the best one that can run here. */
export async function chooseEngine(choice: EngineChoice, _input: EngineInput): Promise<ChosenEngine> {
  return { engine: builtinEngine, why: choice === 'auto' ? 'it needs nothing else' : 'as asked for' };
}
