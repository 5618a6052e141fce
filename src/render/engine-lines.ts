/** Lines that an engine adds to run/dnsmasq.conf when it starts: its user, and where it keeps offers. */
const ENGINE_LINES = /^(?:user=.*|dhcp-hostsfile=.*)\n/gm;

/**
 * A rendered file without what belongs to one run of an engine: two of them can be compared, and shown to anybody.
 * Nothing but the files of `run/` is changed.
 */
export function withoutEngineLines(path: string, content: string): string {
  return path.startsWith('run/') ? content.replace(ENGINE_LINES, '') : content;
}
