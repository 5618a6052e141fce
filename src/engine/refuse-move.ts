import type { Config } from '../model/config.ts';
import { configError } from '../model/errors.ts';

/** What a running engine cannot change under its clients. @throws PxectlError E_CONFIG_VALUE */
export function refuseMove(now: Config, next: Config): void {
  const changed = [
    ...(['interface', 'address', 'prefix', 'mode'] as const)
      .filter((key) => now.network[key] !== next.network[key])
      .map((key) => `network.${key}`),
    ...(now.http.port === next.http.port ? [] : ['http.port']),
    ...(now.engine === next.engine ? [] : ['engine']),
  ];
  if (changed.length === 0) return;
  throw configError('E_CONFIG_VALUE', {
    what: `${changed.join(', ')} cannot change while pxectl is up`,
    why: 'machines that are booting hold the old addresses',
    next: 'pxectl down, then pxectl up',
  });
}
