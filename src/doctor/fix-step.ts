import type { FileEdit } from '../model/finding.ts';

/** Lines of a configuration and commands are set apart, so that they can be told from advice. */
export function isToCopy(step: string): boolean {
  return /^(?:[a-z][\w-]*=\S|(?:sudo|chmod|curl|pxectl|dnsmasq|ip|docker) \S|#cloud-config|#!ipxe|autoinstall:|\s+version: 1|[a-z]+(?:-[a-z]+)+$|port=0$)/.test(
    step,
  );
}

/** An edit as steps: which line of which file, and what stands there instead. */
export function editSteps({ file, line, replaces, by }: FileEdit): readonly string[] {
  const where = `${file.split('/').pop() ?? file}:${line}`;
  const own = by.findIndex((text) => text.trim() === replaces);
  const lines = by.filter((_, index) => index !== own).map((text) => `    ${text.trim()}`);
  if (own < 0) return by.length === 0 ? [`take out ${where}`] : [`${where} becomes`, ...lines];
  return [`${own === 0 ? 'after' : 'before'} ${where} add`, ...lines];
}
