import type { Finding } from '../model/finding.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import { makeFinding } from './finding-catalogue.ts';

/** A trouble of the network with what it means and what to do. */
export function findingOfTrouble(
  { id, severity, message }: NetworkTrouble,
  source = 'the running pxectl',
): Finding {
  return makeFinding(id, [{ source, text: message }], { severity, title: message });
}
