import { loadBootContext } from '../../engine/boot-context.ts';
import type { LookChoice } from '../../engine/session-network.ts';
import type { Project } from '../../engine/project.ts';
import type { Config } from '../../model/config.ts';
import { mirrorsInWords } from '../../images/download/mirrors.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderAll } from '../../render/render-all.ts';
import type { Output } from '../output.ts';

export interface DescribeOptions {
  readonly isJson: boolean;
  readonly look: LookChoice;
}

/** `up --dry-run`: what would be written and started. */
export async function describeUp(
  project: Project,
  output: Output,
  { isJson, look }: DescribeOptions,
): Promise<void> {
  const context = await loadBootContext(project);
  const files = renderAll(context, readTemplate, { stateRoot: project.layout.root }).map(
    ({ path, purpose }) => ({ path, purpose }),
  );
  const { network, http, engine, images, reporting } = context.config;
  const { metrics } = reporting;
  const ports = ['udp/67', 'udp/4011', 'udp/69', `tcp/${http.port}`];
  if (metrics !== undefined) ports.push(`tcp/${metrics.port} (metrics, ${metrics.address})`);
  if (isJson) {
    output.json({ schema: 'pxectl.up/1', dryRun: true, engine, network, look, ports, images, files });
    return;
  }
  output.data(`engine      ${engine}`);
  output.data(
    `interface   ${network.interface} (${network.address}/${network.prefix}), mode ${network.mode}`,
  );
  output.data(`look        ${describeLook(look, network.mode)}`);
  output.data(`ports       ${ports.join(', ')}`);
  output.data(`images      ${images.join(', ')}`);
  for (const mirror of mirrorsInWords(context.config.mirrors)) output.data(`mirror      ${mirror}`);
  output.data(`would write below ${project.layout.root}:`);
  for (const file of files) output.data(`  ${file.path}  ${file.purpose}`);
  output.data(
    `would link ${context.loaders.files.length} loader files and the files of ${images.length} images`,
  );
}

function describeLook(look: LookChoice, mode: Config['network']['mode']): string {
  if (look === 'skip') return 'none (--no-look)';
  const first = 'would ask first (up to 3.3 s) for other DHCP and boot servers, and who uses our addresses';
  const harm = mode === 'full' ? 'another DHCP server, or our address in use' : 'our address in use';
  return `${first}; ${look === 'force' ? 'serves in any case (--force)' : `refuses: ${harm}`}`;
}
