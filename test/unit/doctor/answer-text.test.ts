import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerText } from '../../../src/doctor/answer-text.ts';

const fixtures = new URL('../../../fixtures/', import.meta.url);

describe('the verdict on a text', () => {
  it.each([
    ['a code', 'PXE-E21', 'ill'],
    ['a fault on a screen', 'Station IP address is 10.0.0.7\nPXE-E18: Server response timeout.', 'ill'],
    ['a boot on its way', '>>Start PXE over IPv4.\n  Station IP address is 10.0.0.7', 'not-understood'],
    ['a normal line', 'Fetching Netboot Image revocations.efi', 'healthy'],
    [
      'a normal line among lines that nobody knows',
      'Fetching Netboot Image revocations.efi\nthe hamster left its wheel',
      'not-understood',
    ],
    ['words that nobody knows', 'the hamster left its wheel', 'not-understood'],
    ['the name of a finding', 'loader-missing', undefined],
  ])('%s', (_what, text, verdict) => {
    expect(answerText(text, []).verdict).toBe(verdict);
  });

  it('is ill for every screen from the field that shows a fault', () => {
    const folder = new URL('field/screens/', fixtures);
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.txt'))) {
      const { verdict, screen } = answerText(readFileSync(new URL(name, folder), 'utf8'), []);
      if (screen?.lines.some(({ part }) => part === 'cause')) expect(verdict, name).toBe('ill');
    }
  });

  it('takes the lack of a line for a sign where the try is shown from its beginning', () => {
    const whole = answerText('>>Start PXE over IPv4.\nPXE-E18: Server response timeout.', []).known[0]
      ?.causes;
    expect(whole?.[0]).toMatchObject({ finding: 'no-discover-seen', status: 'on-screen' });
    expect(whole?.[0]?.detail).toContain('and no "Station IP address is" after it');
    const part = answerText('PXE-E18: Server response timeout.', []).known[0]?.causes;
    expect(part?.map(({ status }) => status)).not.toContain('on-screen');
    const served = answerText(
      '>>Start PXE over IPv4.\nStation IP address is 10.0.0.5\nServer IP address is 0.0.0.0\nPXE-E18: Server response timeout.',
      [],
    ).known[0]?.causes;
    expect(served?.[0]).toMatchObject({ finding: 'wrong-server-address', status: 'on-screen' });
    expect(served?.find(({ finding }) => finding === 'tftp-blocked')?.status).toBe('not-found-here');
  });

  it('says that a file is refused, not that it is missing', () => {
    const { known } = answerText("TFTP from server 10.0.0.4\nTFTP error: 'Access violation' (2)", []);
    expect(known[0]).toMatchObject({ id: 'uboot-tftp-denied', text: "TFTP error: 'Access violation'" });
  });

  it('tells a line once that is two things', () => {
    const { screen } = answerText('TFTP from server 10.0.0.4\nARP Retry count exceeded; starting again', []);
    expect(screen?.lines.map(({ line, part }) => [line, part])).toEqual([
      [1, 'proof'],
      [2, 'cause'],
    ]);
  });

  it('reads the end of a console of any length', () => {
    const long = 'nothing of a boot in this line\n'.repeat(50_000);
    expect(answerText(`${long}PXE-E18: Server response timeout.`, []).known[0]?.code).toBe('PXE-E18');
  });
});
