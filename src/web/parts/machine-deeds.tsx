import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MachineReply, UnknownMachineReply } from '../../control/schemas/machines.ts';
import { ask, Refused } from '../ask.ts';
import type { LiveView, View } from '../live-view.ts';
import { Deeds, type Deed } from './confirm.tsx';
import { TokenForm } from './token-form.tsx';

/** As events name who has ordered something. */
const BY = 'the dashboard';

interface MachineDeedsProps {
  readonly live: LiveView;
  readonly view: View;
  readonly machine: MachineReply | undefined;
  readonly stranger: UnknownMachineReply | undefined;
}

/** What can be done with a machine, for whoever has shown the token. */
export function MachineDeeds({ live, view, machine, stranger }: MachineDeedsProps): JSX.Element | null {
  const [name, setName] = useState('');
  if (machine === undefined && stranger === undefined) return null;
  if (!view.isHolder) return <TokenForm live={live} />;
  const done = (): void => live.refresh();
  if (machine !== undefined) return <Deeds deeds={deedsWith(machine)} onDone={done} />;
  if (stranger === undefined) return null;
  const adopt: Deed = {
    title: name === '' ? 'Adopt' : `Adopt as ${name}`,
    about: `It is written into pxectl.yaml, and known from then on: ${stranger.mac}.`,
    run: async () => {
      const reply = await ask('adopt', { macs: [stranger.mac], ...(name === '' ? {} : { name }) });
      if (reply.refused !== null) throw new Refused('written, and not in force', reply.refused);
      return `Adopted as ${reply.machines.map((one) => one.name).join(', ')}.`;
    },
  };
  return (
    <>
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <label>
          Name for it
          <input value={name} onInput={(event) => setName(event.currentTarget.value.trim())} />
        </label>
      </form>
      <Deeds deeds={[adopt]} onDone={done} />
    </>
  );
}

function deedsWith({ name, canInstall, order, power, state }: MachineReply): readonly Deed[] {
  const machines = [name];
  const deeds: Deed[] = [];
  if (canInstall && order === null && state !== 'installing') {
    deeds.push({
      ...{ title: `Arm ${name}`, isDangerous: true },
      about: 'Its next network boot installs it, which may wipe its disk.',
      run: async () => {
        await ask('arm', { machines, by: BY });
        return `${name} is armed.`;
      },
    });
    if (power !== null) {
      deeds.push({
        ...{ title: `Install ${name}`, isDangerous: true },
        about: 'It is switched on, boots from the network and is installed at once, which may wipe its disk.',
        run: async () => {
          await ask('install', { machines, by: BY });
          return `${name} is armed, and told to boot from the network.`;
        },
      });
    }
  }
  if (order !== null) {
    deeds.push({
      title: `Disarm ${name}`,
      about: 'No boot to come installs it.',
      run: async () => {
        await ask('disarm', { machines });
        return `${name} is not armed any more.`;
      },
    });
  }
  const switched = (title: string, about: string, verb: 'on' | 'off' | 'restart'): Deed => ({
    ...{ title: `${title} ${name}`, about, isDangerous: verb !== 'on' },
    run: async () => {
      const [reply] = (await ask('power', { machines, verb })).machines;
      if (reply === undefined || reply.error !== null) throw new Refused(reply?.error ?? 'no answer');
      return reply.state === 'woken' ? `A packet that wakes ${name} was sent.` : `${name} is ${reply.state}.`;
    },
  });
  if (power !== null) deeds.push(switched('Switch on', 'It boots as it is set up to.', 'on'));
  // a packet only wakes
  if (power !== null && power !== 'wol') {
    deeds.push(switched('Switch off', 'What runs on it is cut off, without a word.', 'off'));
    deeds.push(switched('Restart', 'What runs on it is cut off, without a word.', 'restart'));
  }
  return deeds;
}
