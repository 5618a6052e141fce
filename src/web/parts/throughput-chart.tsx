import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatBytes } from '../../model/units.ts';
import { ask } from '../ask.ts';
import type { LiveView } from '../live-view.ts';
import { SHOWN_SECONDS } from '../throughput.ts';

const HEIGHT = 32;

/** What was sent in the last minutes, and in the last second. */
export function ThroughputChart({ live }: { readonly live: LiveView }): JSX.Element {
  const [nowMs, setNowMs] = useState(() => Date.now());
  const [toldWhenOver, setToldWhenOver] = useState<readonly string[]>([]);
  useEffect(() => {
    const look = async (): Promise<void> => {
      // a page that nobody sees, and a network where nobody boots, ask nothing
      if (!document.hidden && live.isAnybodyBooting) {
        const reply = await ask('transfers', {}).catch(() => undefined);
        if (reply !== undefined) live.throughput.look(reply.transfers, Date.now());
        if (reply !== undefined) setToldWhenOver(reply.toldWhenOver);
      }
      setNowMs(Date.now());
    };
    const timer = setInterval(() => void look(), 1_000);
    return () => clearInterval(timer);
  }, []);
  const rates = live.throughput.until(nowMs);
  const most = Math.max(...rates);
  const path = rates
    .map((rate, second) => `${second},${HEIGHT - (most === 0 ? 0 : (rate / most) * (HEIGHT - 2))}`)
    .join(' ');
  const words = `Sent: ${formatBytes(rates.at(-1) ?? 0)}/s, at most ${formatBytes(most)}/s in ${SHOWN_SECONDS / 60} minutes`;
  return (
    <figure class="throughput">
      <svg viewBox={`0 0 ${SHOWN_SECONDS - 1} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon points={`0,${HEIGHT} ${path} ${SHOWN_SECONDS - 1},${HEIGHT}`} />
      </svg>
      <figcaption>
        {words}
        {toldWhenOver.length > 0 && ` (${toldWhenOver.join(' and ')}: told when a file has come whole)`}
      </figcaption>
    </figure>
  );
}
