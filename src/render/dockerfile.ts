import { createHash } from 'node:crypto';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

/**
 * The image is made from this release and no other: a newer dnsmasq may be a broken one (2.92 is).
 * Debian 12 carries dnsmasq 2.90 and nginx 1.22.
 */
export const DOCKER_BASE_IMAGE = 'debian:12.11-slim';

/** Label of every image that pxectl makes. */
export const IMAGE_LABEL = 'org.pxectl.image';

/** A Dockerfile and the name of the image that is built from it. */
export interface Dockerfile {
  readonly content: string;
  /** `pxectl/dnsmasq:` and a hash of the content: a changed Dockerfile is another image */
  readonly imageName: string;
}

/** The Dockerfile of the image that the docker engine builds when it is given none. */
export function renderDockerfile(readTemplate: ReadTemplate): Dockerfile {
  const content = fillTemplate(readTemplate('docker/Dockerfile.hbs'), {
    base: DOCKER_BASE_IMAGE,
    labels: [{ name: IMAGE_LABEL, value: 'built' }],
  });
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { content, imageName: `pxectl/dnsmasq:${hash}` };
}
