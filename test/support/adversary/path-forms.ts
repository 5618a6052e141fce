/** Ways to say `..`, and what is meant to stand for it. */
const UP = [
  '..',
  '%2e%2e',
  '.%2e',
  '%252e%252e',
  '..;',
  '..%00',
  '..%5c',
  '%c0%ae%c0%ae',
  '..\\',
  '．．',
  '%uff0e%uff0e',
];
const SEPARATORS = ['/', '%2f', '//', '\\', '%5c', '/./'];
const TARGETS = [
  'secret',
  'pxectl.yaml',
  '.pxectl/machines.json',
  'run/session.json',
  'machines.json',
  'etc/passwd',
];

/** Paths that lead out of a served folder for whoever reads them carelessly. */
export function escapes(): string[] {
  const forms = UP.flatMap((up) =>
    SEPARATORS.flatMap((separator) =>
      [1, 2, 3, 4, 10].flatMap((depth) =>
        TARGETS.map((target) => `${`${up}${separator}`.repeat(depth)}${target}`),
      ),
    ),
  );
  return forms.flatMap((form) => [form, `images/debian-12/${form}`, `/${form}`]);
}
