import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LiveView } from '../live-view.ts';
import { Trouble } from './small.tsx';

/** For whoever has the token, and did not come with it in the address. */
export function TokenForm({ live }: { readonly live: LiveView }): JSX.Element {
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>();
  const show = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    await live.showToken(token.trim()).catch(setError);
  };
  return (
    <details class="token">
      <summary>Change things from here</summary>
      <p>
        That takes the token of this pxectl: pxectl up shows an address with it, and it stands in
        .pxectl/dashboard-token.
      </p>
      <form class="filter" onSubmit={(event) => void show(event)}>
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
            required
          />
        </label>
        <button type="submit">Show it</button>
      </form>
      {error !== undefined && <Trouble error={error} />}
    </details>
  );
}
