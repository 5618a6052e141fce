import { hostname, userInfo } from 'node:os';
import { Masker } from './mask.ts';

/** What leaves this machine names neither it, nor its user, nor these machines. */
export const maskerFor = (
  machineNames: readonly string[],
  secrets: readonly (readonly [text: string, standIn: string])[] = [],
): Masker =>
  new Masker([
    [hostname(), 'host'],
    [userInfo().username, 'user'],
    ...secrets,
    ...machineNames.map((name, index) => [name, `machine-${index + 1}`] as const),
  ]);
