import type { DoctorRequest } from '../doctor-request.ts';
import { readGiven } from '../lint/read-configs.ts';
import { takeApart, type Post } from './take-apart.ts';

/** The one text that doctor was given, taken apart where it is a post. */
export async function readPost(request: DoctorRequest): Promise<Post | undefined> {
  const { text, textPath, logText, logPath, pcapPath, configPaths } = request;
  if ([logText, logPath, pcapPath].some((other) => other !== undefined)) return undefined;
  if (text !== undefined) return configPaths.length > 0 ? undefined : takeApart(textPath ?? 'stdin', text);
  const [only] = configPaths;
  if (only === undefined || configPaths.length > 1) return undefined;
  // what cannot be read is told of by who reads configurations
  const [given, ...others] = await readGiven(only).catch(() => []);
  return given === undefined || others.length > 0 ? undefined : takeApart(only, given[1]);
}
