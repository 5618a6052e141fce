import type { JSX } from 'preact';
import type { BootReply } from '../../control/schemas/boots.ts';
import { formatDuration } from '../../model/units.ts';
import type { PageProps } from '../page-props.ts';
import { ask } from '../ask.ts';
import { useAsked } from '../parts/asked.tsx';
import { Time, Trouble } from '../parts/small.tsx';
import { linkTo } from '../route.ts';

export function BootsPage({ view }: PageProps): JSX.Element {
  // a boot that begins or ends shows in what is known of the machines
  const { value, error } = useAsked(() => ask('boots', {}), [view.machines, view.unknown]);
  return (
    <>
      <h1>Boots</h1>
      {error !== undefined && <Trouble error={error} />}
      {value !== undefined && <BootList boots={value.boots} />}
    </>
  );
}

/** The newest first. */
export function BootList({ boots }: { readonly boots: readonly BootReply[] }): JSX.Element {
  if (boots.length === 0) return <p>No boot has been seen yet.</p>;
  return (
    <ul class="boots">
      {boots.toReversed().map((boot) => (
        <li key={boot.id}>
          <a class="name" href={linkTo('boots', boot.id)}>
            {boot.machine ?? boot.mac}, <Time iso={boot.startedAt} />
          </a>
          <span class={`badge ${boot.outcome}`}>{boot.outcome}</span>
          <span>
            {boot.firmware ?? 'unknown firmware'} · came to {boot.stage} · {formatDuration(boot.durationMs)}
          </span>
          <span class="said">{boot.findings.map(({ title }) => title).join('; ')}</span>
        </li>
      ))}
    </ul>
  );
}
