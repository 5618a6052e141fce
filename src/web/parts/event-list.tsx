import type { JSX } from 'preact';
import { eventText } from '../../model/event-text.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { linkTo } from '../route.ts';
import { Time } from './small.tsx';

const SHOWN = 60;

interface EventListProps {
  /** oldest first */
  readonly events: readonly BootEvent[];
  readonly nameOf: ReadonlyMap<string, string>;
  readonly title?: string;
}

/** The newest events first, in plain words. */
export function EventList({ events, nameOf, title = 'Events' }: EventListProps): JSX.Element {
  const told = events.flatMap((event) => {
    const text = eventText(event);
    return text === undefined ? [] : [{ event, text }];
  });
  return (
    <section aria-labelledby="events">
      <h2 id="events">{title}</h2>
      {told.length === 0 && <p>Nothing has happened yet.</p>}
      <ol class="events">
        {told
          .slice(-SHOWN)
          .reverse()
          .map(({ event, text }) => (
            <li key={event.id ?? event.time}>
              <Time iso={event.time} /> <Who event={event} nameOf={nameOf} /> <span>{text}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}

function Who({ event, nameOf }: Pick<EventListProps, 'nameOf'> & { readonly event: BootEvent }): JSX.Element {
  const { mac, ip } = event;
  if (mac === undefined) return <span class="who">{ip ?? 'pxectl'}</span>;
  return (
    <a class="who" href={linkTo('machines', mac)}>
      {nameOf.get(mac) ?? mac}
    </a>
  );
}
