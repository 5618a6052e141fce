import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerText } from '../../../../src/doctor/answer-text.ts';
import { lookUp } from '../../../../src/doctor/knowledge/look-up.ts';
import type { ScreenLine } from '../../../../src/doctor/knowledge/screen/read-screen.ts';

interface Verdict {
  readonly screen: string;
  readonly cause: string;
  readonly harmless?: readonly string[];
  /** lines that are no fault and tell which cause the fault has */
  readonly signs?: readonly string[];
  readonly overcome?: readonly string[];
  /** how the likeliest cause begins */
  readonly first?: string;
  readonly note?: string;
  readonly lines?: number;
  readonly why: string;
}

const fixtures = new URL('../../../../fixtures/', import.meta.url);
const screen = (name: string): string => readFileSync(new URL(`field/screens/${name}.txt`, fixtures), 'utf8');
const verdicts = JSON.parse(
  readFileSync(new URL('field/screens/verdicts.json', fixtures), 'utf8'),
) as readonly Verdict[];
const idsOf = (lines: readonly ScreenLine[], part: string): readonly string[] =>
  lines.filter((line) => line.part === part).flatMap((line) => line.entries.map((entry) => entry.id));

describe('screens from the field', () => {
  it.each(verdicts)(
    '$screen: $why',
    ({ screen: name, cause, harmless = [], signs = [], overcome = [], ...more }) => {
      const { isKnown, matches, story } = lookUp(screen(name));
      expect(isKnown).toBe(true);
      expect(matches.map((entry) => entry.id)[0]).toBe(cause);
      expect(idsOf(story.lines, 'harmless')).toEqual(expect.arrayContaining([...harmless]));
      expect(idsOf(story.lines, 'sign')).toEqual(expect.arrayContaining([...signs]));
      expect(idsOf(story.lines, 'overcome')).toEqual(expect.arrayContaining([...overcome]));
      if (more.lines !== undefined) expect(story.lines).toHaveLength(more.lines);
      if (more.note !== undefined) expect(story.lines.map((line) => line.note).join()).toContain(more.note);
      if (more.first !== undefined)
        expect(answerText(screen(name), []).known[0]?.causes[0]?.text).toContain(more.first);
    },
  );

  it('knows a line as harmless with any code on it', () => {
    const { isKnown, story } = lookUp(screen('autoexec-other-error'));
    expect(isKnown).toBe(true);
    expect(idsOf(story.lines, 'harmless')).toEqual(['ipxe-autoexec-missing']);
  });

  it('says of a screen that it does not know that it does not, and names nothing that is not near', () => {
    const { isKnown, matches } = lookUp(
      'Please choose the language of your account and press the blue button to proceed',
    );
    expect(isKnown).toBe(false);
    expect(matches).toEqual([]);
  });
});

describe('screens of real firmware', () => {
  const failures = new URL('failures/', fixtures);
  const serial = (name: string): string => readFileSync(new URL(`${name}/serial.txt`, failures), 'utf8');

  it.each([
    ['e21-bios-only-pxe-service', 'edk2-pxe-e21'],
    ['http-boot-unanswered', 'edk2-http-file-size'],
    ['ipxe-loop', 'ipxe-initialised'],
    ['ipxe-script-missing', 'ipxe-2d0c61'],
    ['loader-missing', 'edk2-pxe-e23'],
    ['no-dhcp-server', 'edk2-pxe-e16'],
    ['pxelinux-without-ldlinux', 'pxelinux-ldlinux'],
    ['tftp-blocked-after-oack', 'edk2-pxe-e18'],
    ['unsigned-loader-under-secure-boot', 'bds-denied'],
  ])('%s stops at %s', (name, cause) => {
    expect(lookUp(serial(name)).matches[0]?.id).toBe(cause);
  });

  it('excludes by a line of the screen, and says which', () => {
    const { known } = answerText(serial('tftp-blocked-after-oack'), []);
    expect(known[0]?.causes[0]?.finding).toBe('tftp-blocked');
    const excluded = known[0]?.causes.find((cause) => cause.finding === 'no-dhcp-server');
    expect(excluded?.status).toBe('not-found-here');
    expect(excluded?.detail).toContain('Station IP address is 192.168.1.40');
  });

  it('finds no fault on the screens of boots that reach their kernel', () => {
    const captures = new URL('captures/', fixtures);
    const screens = readdirSync(captures).filter((name) => name.endsWith('.serial.txt'));
    expect(screens.length).toBeGreaterThan(4);
    for (const name of screens) {
      const { story } = lookUp(readFileSync(new URL(name, captures), 'utf8'));
      expect(idsOf(story.lines, 'cause'), name).toEqual([]);
      expect(idsOf(story.lines, 'last'), name).toEqual(['kernel-started']);
    }
  });
});
