import type { JSX } from 'preact';
import type { PageProps } from '../page-props.ts';
import { FindingCard } from '../parts/finding-card.tsx';
import { Time } from '../parts/small.tsx';
import { linkTo } from '../route.ts';

export function FindingsPage({ view }: PageProps): JSX.Element {
  return (
    <>
      <h1>Findings</h1>
      {view.findings.length === 0 && view.status !== undefined && (
        <p>Nothing is known to be wrong on the network, nor in the last boot of any machine.</p>
      )}
      {view.status?.notLooked !== undefined && (
        <p class="muted">Nobody looked for other servers on the network: {view.status.notLooked}</p>
      )}
      {view.status?.lastReload?.refused !== undefined && (
        <p class="trouble">The changed configuration is not used: {view.status.lastReload.refused}</p>
      )}
      {view.findings.map(({ finding, machine, mac, bootId, since }) => (
        <FindingCard key={`${finding.id} ${mac ?? ''} ${since}`} finding={finding}>
          <p>
            {mac === null ? 'The network' : <a href={linkTo('machines', mac)}>{machine ?? mac}</a>}
            {', '}
            <Time iso={since} />
            {bootId !== null && (
              <>
                {' · '}
                <a href={linkTo('boots', bootId)}>its boot</a>
              </>
            )}
          </p>
        </FindingCard>
      ))}
    </>
  );
}
