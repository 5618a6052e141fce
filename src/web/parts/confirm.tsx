import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Trouble } from './small.tsx';

/** Something that is asked about before it is done. */
export interface Deed {
  /** what the button says, and the one that confirms it */
  readonly title: string;
  /** what comes of it */
  readonly about: string;
  readonly isDangerous?: boolean;
  /** what has come of it, in words */
  readonly run: () => Promise<string>;
}

/** Buttons; each asks first, and says what came of it. */
export function Deeds({
  deeds,
  onDone,
}: {
  readonly deeds: readonly Deed[];
  readonly onDone: () => void;
}): JSX.Element {
  const [asked, setAsked] = useState<Deed>();
  const [told, setTold] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const carryOut = async (deed: Deed): Promise<void> => {
    setAsked(undefined);
    setError(undefined);
    setTold(`${deed.title} …`);
    setIsBusy(true);
    try {
      setTold(await deed.run());
    } catch (failure) {
      setTold('');
      setError(failure);
    }
    setIsBusy(false);
    onDone();
  };
  return (
    <div class="deeds">
      {deeds.map((deed) => (
        <button
          key={deed.title}
          type="button"
          class={deed.isDangerous === true ? 'danger' : undefined}
          disabled={isBusy}
          onClick={() => setAsked(deed)}
        >
          {deed.title}
        </button>
      ))}
      <p role="status">{told}</p>
      {error !== undefined && <Trouble error={error} />}
      {asked !== undefined && (
        <Confirm deed={asked} onYes={() => void carryOut(asked)} onNo={() => setAsked(undefined)} />
      )}
    </div>
  );
}

interface ConfirmProps {
  readonly deed: Deed;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** The browser gives the focus to its first button, keeps it inside, gives it back, and closes it with Escape. */
function Confirm({ deed, onYes, onNo }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="confirm" onClose={onNo}>
      <h2 id="confirm">{deed.title}?</h2>
      <p>{deed.about}</p>
      <p class="answers">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class={deed.isDangerous === true ? 'danger' : undefined} onClick={onYes}>
          {deed.title}
        </button>
      </p>
    </dialog>
  );
}
