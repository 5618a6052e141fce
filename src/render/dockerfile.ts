import { fillTemplate, type ReadTemplate } from './template-engine.ts';

/**
 * The image is made from this release and no other: a newer dnsmasq may be a broken one (2.92 is).
 * Debian 12 carries dnsmasq 2.90 and nginx 1.22.
 */
export const DOCKER_BASE_IMAGE = 'debian:12.11-slim';

/** The Dockerfile of the image that the docker engine builds when it is given none. */
export function renderDockerfile(
  readTemplate: ReadTemplate,
  labels: Readonly<Record<string, string>>,
  base: string = DOCKER_BASE_IMAGE,
): string {
  return fillTemplate(readTemplate('docker/Dockerfile.hbs'), {
    base,
    labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
  });
}
