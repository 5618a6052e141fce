import { fatal, placeOf, type SeedProblem } from './seed-problem.ts';
import { readXml } from './xml-text.ts';

/** An AutoYaST profile: XML with the root element profile. */
export function checkAutoyast(text: string): readonly SeedProblem[] {
  const { root, mistake } = readXml(text);
  if (mistake !== undefined) return [fatal(`it is not XML: ${mistake.text}`, placeOf(text, mistake.offset))];
  return root === 'profile'
    ? []
    : [fatal(`its root element is <${root ?? ''}>, and AutoYaST wants <profile>`)];
}
