import { PxectlError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';

const HIDDEN = '[secret]';
/** Of a secret that a cut text ends with, what is shorter than this is in many words. */
const LEAST_PART = 4;

/** An error without the secret that a controller was told: some repeat what they do not take, in whatever form they got it. */
export function withoutSecret(error: unknown, user: string, secret: string): unknown {
  if (!(error instanceof PxectlError) || secret === '') return error;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const forms = [secret, base64(`${user}:${secret}`), base64(secret), encodeURIComponent(secret)]
    .flatMap((form) => [form, JSON.stringify(form).slice(1, -1), printable(form)])
    .toSorted((one, other) => other.length - one.length);
  const hide = (text: string): string =>
    hideCut(
      forms.reduce((shown, form) => shown.replaceAll(form, HIDDEN), text),
      forms,
    );
  const { kind, code, message, why, next, details } = error;
  return new PxectlError(kind, code, {
    what: hide(message),
    ...(why === undefined ? {} : { why: hide(why) }),
    ...(next === undefined ? {} : { next }),
    ...(details === undefined ? {} : { details }),
  });
}

/** What is told is cut, perhaps within the secret. */
function hideCut(text: string, forms: readonly string[]): string {
  if (!text.endsWith('…')) return text;
  const shown = text.slice(0, -1);
  for (const form of forms) {
    for (let length = form.length - 1; length >= LEAST_PART; length--) {
      if (shown.endsWith(form.slice(0, length))) return `${shown.slice(0, -length)}${HIDDEN}…`;
    }
  }
  return text;
}
