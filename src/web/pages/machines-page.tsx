import { Component, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MachineReply, UnknownMachineReply } from '../../control/schemas/machines.ts';
import { eventText } from '../../model/event-text.ts';
import type { PageProps } from '../page-props.ts';
import { EventList } from '../parts/event-list.tsx';
import { Elapsed, Severity, Time } from '../parts/small.tsx';
import { ThroughputChart } from '../parts/throughput-chart.tsx';
import type { SeenEvent } from '../event-stream.ts';
import { linkTo } from '../route.ts';

/** What a row shows, of a machine or of a stranger. */
type Row = {
  readonly word: string;
  readonly name: string;
  readonly about: string;
  readonly isKnown: boolean;
} & Pick<MachineReply, 'state' | 'why' | 'since' | 'boot' | 'finding'>;

export function MachinesPage({ live, view }: PageProps): JSX.Element {
  const [words, setWords] = useState('');
  const [state, setState] = useState('');
  const rows = [...view.machines.map(rowOfMachine), ...view.unknown.map(rowOfStranger)];
  const states = [...new Set(rows.map((row) => row.state))].sort();
  const wanted = words.toLowerCase().split(/\s+/);
  const shown = rows.filter(
    (row) => (state === '' || row.state === state) && wanted.every((word) => textOf(row).includes(word)),
  );
  const lastOf = new Map<string, SeenEvent>();
  for (const event of view.events) if (event.mac !== undefined) lastOf.set(event.mac, event);
  return (
    <>
      <h1>Machines</h1>
      <p class="about">
        {view.status?.description ?? 'Asking pxectl …'}
        {rows.length > 0 && <span> · {countsOf(rows)}</span>}
      </p>
      <ThroughputChart live={live} />
      <form class="filter" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          Find
          <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        </label>
        <label>
          State
          <select value={state} onChange={(event) => setState(event.currentTarget.value)}>
            <option value="">all</option>
            {states.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <span aria-live="polite">
          {shown.length === rows.length ? `${rows.length}` : `${shown.length} of ${rows.length}`} machines
        </span>
      </form>
      {rows.length === 0 && view.status !== undefined && (
        <p>No machine has been seen yet: start one with network boot.</p>
      )}
      <ul class="machines">
        {shown.map((row) => (
          <MachineRow key={row.word} row={row} last={lastOf.get(row.word)} />
        ))}
      </ul>
      <EventList events={view.events} nameOf={view.nameOf} />
    </>
  );
}

const rowOfMachine = (machine: MachineReply): Row =>
  rowCache(machine, () => ({
    ...machine,
    word: machine.mac ?? machine.key,
    isKnown: true,
    about: [machine.mac, machine.vendor, machine.profile, machine.image]
      .filter((one) => one !== null)
      .join(' · '),
  }));

const rowOfStranger = (one: UnknownMachineReply): Row =>
  rowCache(one, () => ({
    ...one,
    word: one.mac,
    name: one.mac,
    isKnown: false,
    why: null,
    since: one.lastSeenAt,
    about: [one.maker, one.product, one.vendor, one.serial].filter((word) => word !== null).join(' · '),
  }));

/** The same row for the same machine: what has not changed is not drawn again. */
const rowsMade = new WeakMap<object, Row>();
function rowCache(from: object, make: () => Row): Row {
  const made = rowsMade.get(from) ?? make();
  rowsMade.set(from, made);
  return made;
}

const textOf = ({ name, word, about, state, boot }: Row): string =>
  `${name} ${word} ${about} ${state} ${boot?.firmware ?? ''} ${boot?.ip ?? ''}`.toLowerCase();

function countsOf(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const wrong = rows.filter(({ finding }) => finding !== null && finding.severity !== 'info').length;
  return [...counts, ...(wrong > 0 ? [['with a problem', wrong] as const] : [])]
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

interface RowProps {
  readonly row: Row;
  readonly last: SeenEvent | undefined;
}

class MachineRow extends Component<RowProps> {
  override shouldComponentUpdate({ row, last }: RowProps): boolean {
    return row !== this.props.row || last !== this.props.last;
  }

  override render({ row, last }: RowProps): JSX.Element {
    const { boot, finding } = row;
    const isUnderWay = row.state === 'booting' || row.state === 'installing';
    const said = last === undefined ? undefined : eventText(last);
    return (
      <li class={`machine ${row.state}`}>
        <a class="name" href={linkTo('machines', row.word)}>
          {row.name}
        </a>
        <span class={`badge ${row.state}`}>{row.state}</span>
        <span class="about">{row.about}</span>
        <span class="stage">
          {boot === null ? (
            'no boot seen'
          ) : (
            <>
              {boot.firmware ?? 'unknown firmware'} · <a href={linkTo('boots', boot.id)}>{boot.stage}</a>
              {isUnderWay ? (
                <>
                  {' for '}
                  <Elapsed since={boot.stageSince} />
                </>
              ) : (
                <>
                  {' '}
                  · <Time iso={boot.lastEventAt} />
                </>
              )}
            </>
          )}
        </span>
        <span class="said">
          {finding !== null ? (
            <>
              <Severity of={finding.severity} /> {finding.title}
            </>
          ) : (
            ((isUnderWay ? said : row.why) ?? '')
          )}
        </span>
      </li>
    );
  }
}
