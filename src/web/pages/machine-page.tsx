import type { JSX } from 'preact';
import type { PageProps } from '../page-props.ts';
import { ask } from '../ask.ts';
import { useAsked } from '../parts/asked.tsx';
import { MachineDeeds } from '../parts/machine-deeds.tsx';
import { Trouble } from '../parts/small.tsx';
import { linkTo } from '../route.ts';
import { BootView } from './boot-page.tsx';
import { BootList } from './boots-page.tsx';

export function MachinePage({ live, view, rest }: PageProps): JSX.Element {
  const machine = view.machines.find(({ name, key, mac }) => [name, key, mac].includes(rest));
  const stranger = view.unknown.find(({ mac }) => mac === rest);
  const boot = machine?.boot ?? stranger?.boot ?? undefined;
  const isKnown = machine !== undefined || stranger !== undefined;
  const word = machine?.name ?? rest;
  const boots = useAsked(() => ask('boots', { machine: word, limit: 20 }), [word, boot?.id]);
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['state', machine?.state ?? stranger?.state],
    ['why', machine?.why],
    ['card', machine?.mac ?? stranger?.mac],
    ['vendor', machine?.vendor ?? stranger?.vendor],
    ['maker', stranger?.maker],
    ['product', stranger?.product],
    ['serial number', stranger?.serial],
    ['UUID', stranger?.uuid],
    ['profile', machine?.profile],
    ['image', machine?.image],
    ['switched on by', machine?.power],
  ];
  return (
    <>
      <h1>{machine?.name ?? rest}</h1>
      {!isKnown && view.status !== undefined && <p>No such machine is known here.</p>}
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === null || value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <MachineDeeds key={rest} live={live} view={view} machine={machine} stranger={stranger} />
      {isKnown && (
        <p>
          <a href={linkTo('plan', machine?.name ?? rest)}>What it gets when it boots</a>
        </p>
      )}
      {boot !== undefined && <BootView key={boot.id} live={live} view={view} id={boot.id} level="part" />}
      <h2>Boots</h2>
      {boots.error !== undefined && <Trouble error={boots.error} />}
      {boots.value !== undefined && <BootList boots={boots.value.boots} />}
    </>
  );
}
