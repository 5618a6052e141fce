import { readdir, readFile } from 'node:fs/promises';
import type { ProcessIdentity } from '../platform/process-identity.ts';

/**
 * The processes that a program left in its process group, itself included: the workers of an nginx whose master was
 * killed go on holding the port. The program's name is compared too, since a group's number may be given out again.
 */
export async function membersOfGroup(leaderPid: number, programName: string): Promise<ProcessIdentity[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const members = await Promise.all(pids.map((pid) => memberOf(Number(pid), leaderPid, programName)));
  return members.filter((member) => member !== undefined);
}

async function memberOf(
  pid: number,
  leaderPid: number,
  programName: string,
): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  // proc(5): state, ppid, pgrp, session … starttime is the 20th after the name
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group, session] = fields;
  const startTime = fields[19];
  const isMember = Number(group) === leaderPid && Number(session) === leaderPid && name === programName;
  return isMember && state !== 'Z' && startTime !== undefined ? { pid, startTime } : undefined;
}
