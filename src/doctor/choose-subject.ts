import { layoutBeside } from '../model/state-layout.ts';
import { findConfig, loadProject, type Project } from '../engine/project.ts';
import { readLiveSession } from '../engine/session-record.ts';
import { PxectlError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { words } from '../model/fix.ts';
import { chooseInterface } from '../net/choose-interface.ts';
import { listInterfaces, readDefaultRoute } from '../net/interfaces.ts';
import { makeFinding } from './finding-catalogue.ts';
import type { Subject } from './checks/host-facts.ts';

const DEFAULT_HTTP_PORT = 8080;

export interface ChosenSubject {
  /** undefined when there is neither a configuration nor an interface to look at */
  readonly subject: Subject | undefined;
  readonly project: Project | undefined;
  /** what is wrong with the configuration itself */
  readonly findings: readonly Finding[];
  /** why there is no configuration or no subject, one line each */
  readonly notes: readonly string[];
}

/** What doctor looks at: the project here, else the interface that leads to the router. */
export async function chooseSubject(requested: string | undefined): Promise<ChosenSubject> {
  const notes: string[] = [];
  const findings: Finding[] = [];
  let project: Project | undefined;
  try {
    project = await loadProject(requested);
  } catch (error) {
    if (!(error instanceof PxectlError)) throw error;
    // a file that was asked for and is not there is the user's error, not a finding
    if (error.code === 'E_CONFIG_NOT_FOUND') {
      if (requested !== undefined) throw error;
      notes.push('no pxectl.yaml here or above: host checks only');
    } else {
      findings.push(
        makeFinding('config-invalid', [{ source: requested ?? 'pxectl.yaml', text: error.message }], {
          ...(error.why === undefined ? {} : { cause: error.why }),
          ...(error.next === undefined ? {} : { mends: [words(error.next)] }),
        }),
      );
    }
  }
  if (project) {
    const { network, http } = project.config;
    const isServing = (await readLiveSession(project.layout)) !== undefined;
    const subject: Subject = {
      interfaceName: network.interface,
      address: network.address,
      prefix: network.prefix,
      httpPort: http.port,
      config: project.config,
      layout: project.layout,
      isServing,
    };
    return { subject, project, findings, notes };
  }
  try {
    // a half edited file says nothing of the pxectl that serves what it said before
    const served = findings.length === 0 ? undefined : await servedAt(requested);
    const address = served === undefined ? {} : { address: served.hostname };
    const chosen = chooseInterface(await listInterfaces(), await readDefaultRoute(), address);
    const subject: Subject = {
      ...chosen,
      httpPort: served === undefined ? DEFAULT_HTTP_PORT : Number(served.port || 80),
      isServing: served !== undefined,
      assumed:
        served === undefined
          ? `assumed: ${findings.length === 0 ? 'no pxectl.yaml' : 'pxectl.yaml cannot be used'}`
          : 'as the running pxectl serves it: pxectl.yaml cannot be used',
    };
    return { subject, project, findings, notes };
  } catch (error) {
    if (!(error instanceof PxectlError)) throw error;
    notes.push(`${error.message}: the host is not checked`);
    return { subject: undefined, project, findings, notes };
  }
}

/** Where the pxectl that runs here serves HTTP, whatever its file says now. */
async function servedAt(requested: string | undefined): Promise<URL | undefined> {
  const configPath = await findConfig(requested, process.cwd());
  const session = configPath === undefined ? undefined : await readLiveSession(layoutBeside(configPath));
  return session === undefined ? undefined : new URL(session.httpUrl);
}
