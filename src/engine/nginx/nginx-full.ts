import type { EventSink } from '../../model/boot-event.ts';

const TELL_EVERY_MS = 60_000;
const NEXT =
  'see whose they are: ss -tn state established; a packet filter gives each address a share (docs/engines.md)';
const KINDS: readonly (readonly [sign: RegExp, what: string])[] = [
  // with ", reusing connections" behind it some that nobody used were closed
  [/^\S+ \S+ \[alert\] \S+ \d+ worker_connections are not enough$/, 'every connection of nginx is taken'],
  [
    /^\S+ \S+ \[emerg\] \S+ (?:\*\d+ )?(?:malloc|posix_memalign)\([\d, ]+\) failed \(12: /,
    'nginx has used up its memory',
  ],
];

/** Takes lines of nginx's error log, and tells once a minute that whoever comes is refused, and why. */
export function tellWhenFull(sink: EventSink, now = (): number => performance.now()): (line: string) => void {
  const toldAtMs = new Map<string, number>();
  return (line) => {
    const what = KINDS.find(([sign]) => sign.test(line))?.[1];
    if (what === undefined || now() - (toldAtMs.get(what) ?? -Infinity) < TELL_EVERY_MS) return;
    toldAtMs.set(what, now());
    const message = `${what}: others are refused, downloads that have begun go on; ${NEXT}`;
    sink.emit({ type: 'engine.warning', detail: { reason: 'nginx-full', message } });
  };
}
