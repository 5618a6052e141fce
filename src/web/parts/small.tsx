import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatDuration, formatLocalTime } from '../../model/units.ts';

/** A time of today without its date. */
export function Time({ iso }: { readonly iso: string }): JSX.Element {
  const text = formatLocalTime(iso);
  const today = formatLocalTime(new Date().toISOString()).slice(0, 10);
  return <time dateTime={iso}>{text.startsWith(today) ? text.slice(11) : text}</time>;
}

/** How long ago something began, as it goes on. */
export function Elapsed({ since }: { readonly since: string }): JSX.Element {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(since)) / 1_000));
  return <span class="number">{seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000)}</span>;
}

export const Severity = ({ of }: { readonly of: 'error' | 'warning' | 'info' }): JSX.Element => (
  <span class={`severity ${of}`}>{of}</span>
);

/** What keeps something from being shown. */
export function Trouble({ error }: { readonly error: unknown }): JSX.Element {
  const { message, why = '', next = '' } = error as { message: string; why?: string; next?: string };
  return (
    <p role="alert" class="trouble">
      {[message, why, next].filter((text) => text !== '').join('. ')}
    </p>
  );
}
