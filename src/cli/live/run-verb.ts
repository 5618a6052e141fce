import type { CommandContext } from '../cli.ts';
import { Interrupted } from '../cli.ts';
import { Output } from '../output.ts';
import { reportError } from '../report-error.ts';
import type { LiveRow } from './live-row.ts';
import type { LiveVerb } from './live-screen.ts';
import type { Talk } from './live-view.ts';

export interface VerbPlace {
  readonly configPath: string;
  readonly signal: AbortSignal;
}

/** Does what the command of that name does, in its words; nothing is done before somebody said yes. */
export async function runVerb(
  verb: LiveVerb,
  { who, machine, mac }: LiveRow,
  talk: Talk,
  { configPath, signal }: VerbPlace,
): Promise<void> {
  const output = new TalkingOutput(talk);
  const name = machine?.name ?? mac ?? who;
  const context: CommandContext<object> = { output, options: { config: [configPath] }, args: [name], signal };
  const question = QUESTIONS[verb]?.(name);
  try {
    if (question !== undefined && !(await talk.ask(question))) throw new Interrupted('the answer was no');
    await run(verb, context);
  } catch (error) {
    if (!(error instanceof Interrupted)) reportError(error, output, false);
    else talk.say(`${name}: nothing is done`);
  }
}

/** Of those commands that do not ask themselves: whoever typed them meant it, and a key is pressed soon. */
const QUESTIONS: Readonly<Partial<Record<LiveVerb, (name: string) => string>>> = {
  disarm: (name) => `${name} is disarmed`,
  adopt: (name) => `${name} is added to pxectl.yaml`,
  on: (name) => `${name} is switched on`,
  'boot-network': (name) => `the next boot of ${name} is from the network`,
};

async function run(verb: LiveVerb, context: CommandContext<object>): Promise<void> {
  if (verb === 'arm' || verb === 'disarm') {
    const { setArmedByUser } = await import('../machines/set-armed.ts');
    await setArmedByUser(context, verb);
  } else if (verb === 'adopt') {
    const { adoptMachines } = await import('../machines/adopt-machines.ts');
    await adoptMachines(context);
  } else {
    const { switchMachines } = await import('../power/switch-machines.ts');
    await switchMachines(context, verb, verb === 'off' || verb === 'restart');
  }
}

/** What a command writes, in a view. */
class TalkingOutput extends Output {
  override readonly asks: (what: string) => Promise<boolean>;
  readonly #talk: Talk;

  constructor(talk: Talk) {
    super({ isQuiet: false, isVerbose: false, hasColor: false });
    this.#talk = talk;
    this.asks = talk.ask;
  }

  override data(line: string): void {
    // as a diff has them
    this.#talk.say(line.replaceAll('\t', '  '));
  }

  override progress(line: string): void {
    this.data(line);
  }

  override status(): void {
    return;
  }

  override warn(line: string): void {
    this.#talk.say(line, 'warning');
  }

  override error(text: string): void {
    this.#talk.say(text, 'problem');
  }
}
