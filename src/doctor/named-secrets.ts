import type { Config } from '../model/config.ts';

/** Names of vars and of kernel arguments whose value is for nobody else. */
const SECRET_NAME = /pass|pw|secret|token|key|psk|hash|credential/i;

/** Texts of a configuration that are secrets or hold one, each with what stands for it where others read. */
export function namedSecrets({
  boot,
  vars,
  profiles,
  machines,
  reporting,
}: Config): readonly (readonly [text: string, standIn: string])[] {
  const urls = [
    ...reporting.notify.map(({ url }) => url),
    ...(reporting.traces === undefined ? [] : [reporting.traces]),
  ];
  const layers = [{ vars, arguments: boot.arguments }, ...profiles, ...machines];
  const values = layers.flatMap((layer) => [...secretVars(layer.vars), ...secretArguments(layer.arguments)]);
  return [
    // the path of a chat service's webhook is its key
    ...urls.map((url) => [url, `${new URL(url).origin}/[secret]`] as const),
    ...values.map((value) => [value, '[secret]'] as const),
  ];
}

/** Of what is below such a name everything is one. */
function secretVars(value: unknown, isSecret = false): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) =>
      secretVars(inner, isSecret || SECRET_NAME.test(name)),
    );
  }
  return isSecret && value !== undefined ? [`${value as string | number | boolean}`] : [];
}

const secretArguments = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => {
    const [name = '', value = ''] = word.split(/=(.*)/s);
    return SECRET_NAME.test(name) && value !== '' ? [value] : [];
  });
