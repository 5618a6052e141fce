import type { JSX } from 'preact';
import { fixSteps } from '../../doctor/mend/fix-steps.ts';
import { findingAddress } from '../../model/documentation.ts';
import type { Finding } from '../../model/finding.ts';
import { Severity } from './small.tsx';

/** A finding with what shows it and what to do. */
export function FindingCard({
  finding,
  children,
}: {
  readonly finding: Finding;
  readonly children?: JSX.Element | null;
}): JSX.Element {
  const steps = fixSteps(finding.mends);
  return (
    <article class={`finding ${finding.severity}`}>
      <h2>
        <Severity of={finding.severity} /> {finding.title}
      </h2>
      {children}
      <p>{finding.cause}</p>
      {finding.evidence.length > 0 && (
        <>
          <p class="label">Seen</p>
          <ul>
            {finding.evidence.map(({ source, text }, index) => (
              <li key={index}>
                <span class="muted">{source}</span> <code>{text}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {steps.length > 0 && (
        <>
          <p class="label">What to do</p>
          <ul>
            {steps.map(({ text, isToCopy }, index) => (
              <li key={index}>{isToCopy ? <code>{text}</code> : text}</li>
            ))}
          </ul>
        </>
      )}
      <p class="muted">
        <a href={findingAddress(finding.id)} rel="noreferrer">
          {finding.id}
        </a>
        {finding.codes.map((code) => ` · ${code}`)}
      </p>
    </article>
  );
}
