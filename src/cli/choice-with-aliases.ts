import { InvalidArgumentError, type Option } from 'commander';

/** An option of a few words, which help and completion show, that also understands other words for the same. */
export function choiceWithAliases<T extends string>(
  option: Option,
  shown: readonly string[],
  meant: (word: string) => T | undefined,
): Option {
  return option.choices(shown).argParser((word: string, before: unknown) => {
    const choice = meant(word);
    if (choice === undefined) throw new InvalidArgumentError(`Allowed choices are ${shown.join(', ')}.`);
    return option.variadic ? [...(Array.isArray(before) ? (before as T[]) : []), choice] : choice;
  });
}
