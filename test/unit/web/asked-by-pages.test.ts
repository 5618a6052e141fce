import { expect, it } from 'vitest';
import { CONTROL_API } from '../../../src/control/api.ts';
import { ASKED, type Asked } from '../../../src/web/ask.ts';

it('pages ask what the API has', () => {
  for (const [name, asked] of Object.entries(ASKED) as [Asked, (typeof ASKED)[Asked]][]) {
    const { method, path } = CONTROL_API[name];
    expect(asked, name).toEqual({ method, path });
  }
});
