import { messageOf, PxectlError } from '../../model/errors.ts';
import type { ControllerPower } from '../../model/power.ts';
import { printable } from '../../model/printable.ts';
import { run } from '../../platform/processes.ts';
import { powerError, type PowerDriver } from './power-driver.ts';

/** ipmitool gives up by itself sooner; one that hangs is ended. */
const TIMEOUT_MS = 25_000;

/** A controller that speaks IPMI 2.0 over the network, through ipmitool. */
export function openIpmi(
  { host, user, boot }: ControllerPower,
  password: string,
  timeoutMs = TIMEOUT_MS,
): PowerDriver {
  const [, name = host, port = '623'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const server = ['-I', 'lanplus', '-H', name.replace(/^\[|\]$/g, ''), '-p', port, '-U', user];
  const patience = ['-N', '1', '-R', '3'];
  let suite: readonly string[] = [];
  const ask = async (...words: readonly string[]): Promise<string> => {
    // the password is in the environment: command lines are everybody's to read
    const { exitCode, stdout, stderr } = await run(
      'ipmitool',
      [...server, '-E', ...patience, ...suite, ...words],
      { env: { IPMI_PASSWORD: password }, timeoutMs },
    ).catch((error: unknown) => {
      if (error instanceof PxectlError && error.code === 'E_TOOL_MISSING') throw error;
      throw powerError(`the controller ${host} does not answer`, messageOf(error));
    });
    // older controllers cannot tell their ciphers; ipmitool waits for that each time, then takes 3
    if (/Unable to Get Channel Cipher Suites/i.test(stderr)) suite = ['-C', '3'];
    if (exitCode === 0) return stdout;
    const said = printable((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '', 200);
    throw powerError(`the controller ${host} does not do ${words.join(' ')}`, said);
  };
  return {
    async state() {
      const [, word] = /Chassis Power is (on|off)/i.exec(await ask('chassis', 'power', 'status')) ?? [];
      return word === undefined ? 'unknown' : word.toLowerCase() === 'on' ? 'on' : 'off';
    },
    switchOn: async () => void (await ask('chassis', 'power', 'on')),
    switchOff: async () => void (await ask('chassis', 'power', 'off')),
    async bootFromNetwork() {
      await ask('chassis', 'bootdev', 'pxe', ...(boot === 'uefi' ? ['options=efiboot'] : []));
    },
    close: async () => undefined,
  };
}
