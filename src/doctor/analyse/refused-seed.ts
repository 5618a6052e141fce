import type { BootEvent } from '../../model/boot-event.ts';
import type { BootTrace } from '../../model/boot-trace.ts';
import type { Finding } from '../../model/finding.ts';
import { command, words } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';

type Words = Partial<Pick<Finding, 'severity' | 'title' | 'cause' | 'mends'>>;

/** The seed of this boot's machine was refused to whoever asked last; undefined when it was given since, or not asked for. */
export function findingOfRefusedSeed(trace: BootTrace): Finding | undefined {
  const last = trace.events.findLast(({ type }) => type === 'seed.refused' || type === 'seed.requested');
  if (last?.type !== 'seed.refused') return undefined;
  const evidence = [{ source: `events ${last.time}`, text: String(last.detail['message'] ?? '') }];
  const client = { mac: trace.mac, ...(trace.firmware === undefined ? {} : { firmware: trace.firmware }) };
  return makeFinding('seed-refused', evidence, { ...wordsFor(trace, last), client });
}

function wordsFor(trace: BootTrace, { ip, detail }: BootEvent): Words {
  const name = trace.machineName ?? trace.mac;
  const { askedBy, message, reason } = detail;
  const said = String(message ?? '');
  if (reason === 'other-machine') {
    return typeof askedBy === 'string'
      ? otherCard(trace, name, `${askedBy} at ${ip ?? 'an unknown address'}`)
      : unknownCard(name, ip ?? 'an unknown address');
  }
  if (reason === 'no-token') {
    return {
      title: `the seed of ${name} was refused: it was asked for without the token of the order`,
      cause: `${said}. Each order has a token of its own in the address of the seed, which stands in the boot files of ${name}: what asked has an older address, or one that somebody wrote down.`,
      mends: [
        words(
          `boot ${name} from the network again: its boot file has the address of the order; write no address of a seed into other files`,
        ),
      ],
    };
  }
  if (reason === 'unconfirmed-card') {
    return {
      title: `the seed of ${name} was refused: the card of ${name} does not answer for the address that asked`,
      cause: `${said}. Two machines use one address, or somebody else asked in the name of ${name}.`,
      mends: [
        words(
          'find who uses that address (arping shows every card that answers for it), and give each machine its own',
        ),
        words(`then boot ${name} from the network again: its order is not used up`),
      ],
    };
  }
  if (reason === 'not-recorded') {
    return {
      title: `the seed of ${name} was refused: that it is used up cannot be written`,
      cause: `${said}.`,
      mends: [words('make room on the disk of the state folder, and boot the machine again')],
    };
  }
  return {
    severity: 'warning',
    title: `the seed of ${name} was refused: nobody has ordered this install`,
    cause: `${said.replace(/; (?:to install|run:).*$/, '')}.`,
    mends: [command(`pxectl machines arm ${name}`), words('then boot the machine from the network again')],
  };
}

function otherCard(trace: BootTrace, name: string, asker: string): Words {
  return {
    title: `${asker} asked for the seed of ${name}, and was refused`,
    cause: `The seed is for ${trace.mac}, the card that machines names. Most likely ${name} has a second card in this network, and its installer uses that one; else it is another machine.`,
    mends: [
      words(
        `if it is a second card of ${name}: unplug it, or boot from it and give its address as mac in machines of pxectl.yaml`,
      ),
      command(
        'pxectl fetch --force IMAGE',
        'kernels are told the card that was booted from (BOOTIF); an image of an earlier pxectl does not know that yet',
      ),
    ],
  };
}

function unknownCard(name: string, address: string): Words {
  return {
    title: `${address} asked for the seed of ${name}, and was refused: whose address it is is not known`,
    cause:
      'This host has no neighbour with that address: the request came through a router or with a foreign sender.',
    mends: [
      words(`connect ${name} to the network that pxectl serves: ip neigh then lists its address and card`),
      command(
        `pxectl machines set ${name} relayed=true`,
        `if ${name} is behind a relay, in a network of network.relayed: the token of its order then counts there`,
      ),
    ],
  };
}
