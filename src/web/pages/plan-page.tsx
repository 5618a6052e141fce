import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PlanReply } from '../../control/schemas/plan.ts';
import { FIRMWARES } from '../../model/firmware.ts';
import type { PageProps } from '../page-props.ts';
import { ask } from '../ask.ts';
import { useAsked } from '../parts/asked.tsx';
import { Trouble } from '../parts/small.tsx';
import { linkTo } from '../route.ts';

export function PlanPage({ view, rest }: PageProps): JSX.Element {
  const wanted = rest === '' ? 'uefi-x64' : rest;
  const [word, setWord] = useState(wanted);
  const { value, error } = useAsked(() => ask('plan', { for: wanted }), [wanted, view.status]);
  return (
    <>
      <h1>What a machine gets</h1>
      <form
        class="filter"
        onSubmit={(event) => {
          event.preventDefault();
          location.hash = linkTo('plan', word.trim());
        }}
      >
        <label>
          Firmware, name of a machine, or address of a card
          <input
            list="subjects"
            value={word}
            onInput={(event) => setWord(event.currentTarget.value)}
            required
          />
        </label>
        <datalist id="subjects">
          {[...FIRMWARES, ...view.machines.map(({ name }) => name)].map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <button type="submit">Show</button>
      </form>
      {error !== undefined && <Trouble error={error} />}
      {value !== undefined && <Plans plan={value} />}
    </>
  );
}

const Plans = ({ plan }: { readonly plan: PlanReply }): JSX.Element => (
  <>
    {plan.plans.map(({ firmware, profile, answer }) => (
      <section key={firmware} class="plan" aria-label={firmware}>
        <h2>{firmware}</h2>
        {profile !== null && <p>Profile {profile}</p>}
        {answer.action === 'ignore' ? (
          <p>
            No answer ({answer.reason}): {answer.detail}
          </p>
        ) : (
          <>
            <p>
              Loader {answer.loader}: <code>{answer.bootFile}</code> from {answer.nextServer}
            </p>
            <ul>
              {answer.because.map((reason, index) => (
                <li key={index}>{reason}</li>
              ))}
            </ul>
          </>
        )}
      </section>
    ))}
    {plan.outcomes.map(({ profile, target, settings }) => (
      <section key={profile} class="plan" aria-label={profile ?? 'system'}>
        <h2>{profile === null ? 'Then it boots' : `Then it boots, with profile ${profile}`}</h2>
        {target === null ? (
          <p>Its own disk.</p>
        ) : (
          <>
            <p>
              {target.image}, {target.isUnattended ? 'which installs itself' : 'which asks'}; needs{' '}
              {target.ramMiB} MiB of memory
            </p>
            <p>
              <code>
                {target.kernel} {target.initrd} {target.arguments.join(' ')}
              </code>
            </p>
          </>
        )}
        <h3>Why</h3>
        <ul>
          {settings.map(({ key, value, because, from }) => (
            <li key={key}>
              {key}: <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>{' '}
              <span class="muted">
                {from === null ? because : `pxectl.yaml line ${from.line}: ${from.title}`}
              </span>
            </li>
          ))}
        </ul>
      </section>
    ))}
  </>
);
