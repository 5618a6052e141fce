import { expect, it } from 'vitest';
import { withoutSecret } from '../../../../src/machines/power/hide-secret.ts';
import { controllerError } from '../../../../src/machines/power/power-driver.ts';
import { printable } from '../../../../src/model/printable.ts';
import type { PxectlError } from '../../../../src/model/errors.ts';

const SECRET = 'hün"ter 2\u0007';
const whyOf = (said: string): string | undefined => {
  const error = controllerError('power-controller-fails', 'bmc', {
    what: 'it fails',
    why: printable(said, 200),
  });
  return (withoutSecret(error, 'admin', SECRET) as PxectlError).why;
};

it.each([
  SECRET,
  Buffer.from(`admin:${SECRET}`).toString('base64'),
  Buffer.from(SECRET).toString('base64'),
  encodeURIComponent(SECRET),
  JSON.stringify(SECRET).slice(1, -1),
])('takes the secret out of what is told: %j', (form) => {
  expect(whyOf(`The value '${form}' is none`)).toBe("The value '[secret]' is none");
});

it('takes out what a cut has left of it, and keeps what the error is', () => {
  expect(whyOf(`${'x'.repeat(194)}${SECRET}`)).toBe(`${'x'.repeat(194)}[secret]…`);
  const error = controllerError('power-login-refused', 'bmc', { what: 'it refuses' });
  expect(withoutSecret(error, 'admin', SECRET)).toMatchObject({
    ...{ message: 'it refuses', code: 'E_POWER', next: error.next },
    details: { finding: 'power-login-refused', controller: 'bmc' },
  });
});
