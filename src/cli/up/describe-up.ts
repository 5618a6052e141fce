import { loadBootContext } from '../../engine/boot-context.ts';
import type { Project } from '../../engine/project.ts';
import { readTemplate } from '../../platform/package-root.ts';
import { renderAll } from '../../render/render-all.ts';
import type { Output } from '../output.ts';

/** `up --dry-run`: what would be written and started. */
export async function describeUp(project: Project, output: Output, isJson: boolean): Promise<void> {
  const context = await loadBootContext(project);
  const files = renderAll(context, readTemplate, { stateRoot: project.layout.root }).map(
    ({ path, purpose }) => ({ path, purpose }),
  );
  const { network, http, engine, images } = context.config;
  const ports = [`udp/67`, 'udp/4011', 'udp/69', `tcp/${http.port}`];
  if (isJson) {
    output.json({ schema: 'pxectl.up/1', dryRun: true, engine, network, ports, images, files });
    return;
  }
  output.data(`engine      ${engine}`);
  output.data(
    `interface   ${network.interface} (${network.address}/${network.prefix}), mode ${network.mode}`,
  );
  output.data(`ports       ${ports.join(', ')}`);
  output.data(`images      ${images.join(', ')}`);
  output.data(`would write below ${project.layout.root}:`);
  for (const file of files) output.data(`  ${file.path}  ${file.purpose}`);
  output.data(
    `would link ${context.loaders.files.length} loader files and the files of ${images.length} images`,
  );
}
