/** Lines that an engine adds to run/nginx.conf and run/dnsmasq.conf when it starts: its user, and a secret. */
const ENGINE_LINES = /^(?:\s*proxy_set_header X-Pxectl-Proxy .*|user[ =].*)\n/gm;

/**
 * A rendered file without what belongs to one run of an engine: two of them can be compared, and shown to anybody.
 * Nothing but the files of `run/` is changed.
 */
export function withoutEngineLines(path: string, content: string): string {
  return path.startsWith('run/') ? content.replace(ENGINE_LINES, '') : content;
}
