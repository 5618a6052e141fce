import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatDuration } from '../../model/units.ts';
import type { PageProps } from '../page-props.ts';
import { ask } from '../ask.ts';
import { useAsked } from '../parts/asked.tsx';
import { EventList } from '../parts/event-list.tsx';
import { FindingCard } from '../parts/finding-card.tsx';
import { Time, Trouble } from '../parts/small.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { linkTo } from '../route.ts';

const ASK_EVERY_MS = 500;

export const BootPage = ({ live, view, rest }: PageProps): JSX.Element => (
  <BootView key={rest} live={live} view={view} id={rest} level="page" />
);

interface BootViewProps extends Pick<PageProps, 'live' | 'view'> {
  readonly id: string;
  /** a page of its own, or a part of that of its machine */
  readonly level: 'page' | 'part';
}

export function BootView({ live, view, id, level }: BootViewProps): JSX.Element {
  const row = [...view.machines, ...view.unknown].find((one) => one.boot?.id === id);
  // time alone finds fault with a boot that stands still, and takes that back
  const { value: boot, error, again } = useAsked(() => ask('boot', { id }), [id, row?.finding?.id]);
  const mac = boot?.mac;
  useEffect(() => {
    // at once, and then no more often than eyes follow
    let timer: number | undefined;
    let isDue = false;
    const follow = (): void => {
      if (timer !== undefined) return void (isDue = true);
      again();
      timer = window.setTimeout(() => {
        timer = undefined;
        if (isDue) follow();
        isDue = false;
      }, ASK_EVERY_MS);
    };
    const stop = live.onEvent((event) => {
      if (mac !== undefined && event.mac === mac) follow();
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [live, mac]);
  if (boot === undefined) return error === undefined ? <p>Asking …</p> : <Trouble error={error} />;
  return (
    <>
      {level === 'page' ? (
        <h1>
          Boot of <a href={linkTo('machines', boot.mac)}>{boot.machine ?? boot.mac}</a>
        </h1>
      ) : (
        <h2>Last boot</h2>
      )}
      <dl class="facts">
        <Fact name="outcome" value={<span class={`badge ${boot.outcome}`}>{boot.outcome}</span>} />
        <Fact name="began" value={<Time iso={boot.startedAt} />} />
        <Fact name="took" value={formatDuration(boot.durationMs)} />
        <Fact name="firmware" value={boot.firmware ?? 'unknown'} />
        <Fact name="address" value={boot.ip ?? 'none yet'} />
        <Fact name="card" value={boot.mac} />
      </dl>
      {boot.findings.length > 0 && (
        <section aria-label="Findings">
          {boot.findings.map((finding) => (
            <FindingCard key={finding.id} finding={finding} />
          ))}
        </section>
      )}
      <section aria-labelledby="timeline">
        {level === 'page' ? <h2 id="timeline">Timeline</h2> : <h3 id="timeline">Timeline</h3>}
        <p class="muted">
          Each stage lasts until the next one begins. The mark is what is usual: the median of this machine's
          boots before, or of all machines with this firmware.
        </p>
        <Timeline boot={boot} />
      </section>
      <EventList events={boot.events} nameOf={view.nameOf} title="What happened, newest first" />
    </>
  );
}

const Fact = ({
  name,
  value,
}: {
  readonly name: string;
  readonly value: JSX.Element | string;
}): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
