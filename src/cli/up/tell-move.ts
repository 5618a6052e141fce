import { rememberNetwork } from '../../engine/own-network.ts';
import type { Project } from '../../engine/project.ts';
import type { Output } from '../output.ts';

/** Says in one line when machines are served from elsewhere than at the last `up`. */
export async function tellMove(project: Project, output: Output): Promise<void> {
  const { network } = project.config;
  if (project.networkProblem !== undefined) return;
  const before = await rememberNetwork(project.layout, network);
  if (before === undefined) return;
  output.progress(
    `network: ${network.address} on ${network.interface} now, ${before.address} on ${before.interface} at the last up`,
  );
}
