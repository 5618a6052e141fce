import { askControl } from '../../control/control-client.ts';
import { lookAtNetwork } from '../../engine/network-look.ts';
import { readinessMac } from '../../engine/readiness-client.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import type { Project } from '../../engine/project.ts';
import type { NetworkTrouble } from '../../model/network-trouble.ts';
import { findingOfTrouble } from '../finding-of-trouble.ts';
import type { Check, Looked } from './check.ts';

/**
 * Who else is on the network: what the running pxectl sees, or the look that `up` would take (it sends packets, so
 * only when that was asked for).
 */
export function networkCheck(project: Project, isProbing: boolean): Check {
  return {
    id: 'network',
    group: 'wire',
    title: 'other servers, and who uses our addresses',
    covers: [
      'address-in-use',
      'second-dhcp-server',
      'range-overlaps-router',
      'range-in-use',
      'router-refuses-leases',
      'engine-not-answering',
      'served-file-changed',
    ],
    look: () => lookAround(project, isProbing),
  };
}

async function lookAround(project: Project, isProbing: boolean): Promise<Looked> {
  const { config, layout } = project;
  const session = await readLiveSession(layout);
  if (session !== undefined) {
    const question = { layout, pid: session.process.pid, command: 'pxectl doctor' };
    const { troubles = [], notLooked } = await askControl('status', {}, question);
    if (notLooked !== undefined && troubles.length === 0) return { notChecked: notLooked };
    return told(troubles, 'the running pxectl');
  }
  if (!isProbing) return { notChecked: 'it sends packets: pxectl doctor --probe' };
  const { troubles, notAsked } = await lookAtNetwork(config, layout, readinessMac(), { isQuick: false });
  if (notAsked !== undefined && troubles.length === 0) return { notChecked: notAsked };
  return told(troubles, 'look');
}

function told(troubles: readonly NetworkTrouble[], source: string): Looked {
  return {
    seen: troubles.length === 0 ? 'nobody in the way' : troubles.map(({ message }) => message).join('; '),
    findings: troubles.map((trouble) => findingOfTrouble(trouble, source)),
  };
}
