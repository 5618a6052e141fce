import { describe, expect, it } from 'vitest';
import { nearestWord } from '../../../src/model/nearest-word.ts';

describe('the nearest word', () => {
  it('is the same one in another case, before one that is like it', () => {
    expect(nearestWord('PC3', ['pc1', 'pc2', 'pc3'])).toBe('pc3');
    expect(nearestWord('ubuntu-24', ['ubuntu-24.04', 'ubuntu-22.04'])).toBe('ubuntu-24.04');
  });
});
