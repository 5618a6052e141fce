import { PxectlError } from '../../model/errors.ts';
import type { BootMode, ControllerPower } from '../../model/power.ts';
import { printable } from '../../model/printable.ts';
import { run } from '../../platform/processes.ts';
import { controllerError, type PowerAction, type PowerDriver } from './power-driver.ts';

/** ipmitool gives up by itself sooner; one that hangs is ended. */
const TIMEOUT_MS = 25_000;

/**
 * Ciphers, as ipmitool prefers them. It would ask the controller for its own first, and wait for six seconds where there
 * is no answer to that.
 */
const SUITES = ['17', '3'] as const;

/** What ipmitool is told. */
export function ipmiCommand(action: PowerAction, boot: BootMode): readonly string[] {
  if (action !== 'network') return ['chassis', 'power', action];
  return ['chassis', 'bootdev', 'pxe', ...(boot === 'bios' ? [] : ['options=efiboot'])];
}

/** A controller that speaks IPMI 2.0 over the network, through ipmitool. */
export function openIpmi(
  { host, user, boot }: ControllerPower,
  password: string,
  timeoutMs = TIMEOUT_MS,
): PowerDriver {
  const [, name = host, port = '623'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const server = ['-I', 'lanplus', '-H', name.replace(/^\[|\]$/g, ''), '-p', port, '-U', user];
  const patience = ['-N', '1', '-R', '3'];
  let suites: readonly string[] = SUITES;
  // without it ipmitool does not say why there is no session
  let verbose: readonly string[] = ['-v'];
  const ask = async (...words: readonly string[]): Promise<string> => {
    const [suite = '', ...others] = suites;
    const asked = `the controller ${host}, asked by ipmitool for ${words.join(' ')},`;
    // the password is in the environment: command lines are everybody's to read
    const { exitCode, stdout, stderr } = await run(
      'ipmitool',
      [...server, '-E', ...patience, ...verbose, '-C', suite, ...words],
      { env: { IPMI_PASSWORD: password }, timeoutMs },
    ).catch((error: unknown) => {
      if (error instanceof PxectlError && error.code === 'E_TOOL_MISSING') throw error;
      const why = `nothing within ${timeoutMs / 1000} s`;
      throw controllerError('power-controller-silent', host, { what: `${asked} does not answer`, why });
    });
    if (exitCode === 0) {
      verbose = [];
      return stdout;
    }
    if (others.length > 0 && /cipher suite|open session response/i.test(stderr)) {
      suites = others;
      return ask(...words);
    }
    throw refusalOf(stderr.trim() || stdout.trim(), { asked, host });
  };
  return {
    async state() {
      const [, word] = /Chassis Power is (on|off)/i.exec(await ask('chassis', 'power', 'status')) ?? [];
      return word === undefined ? 'unknown' : word.toLowerCase() === 'on' ? 'on' : 'off';
    },
    do: async (action) => void (await ask(...ipmiCommand(action, boot))),
    close: async () => undefined,
  };
}

/** Lines of ipmitool that tell nothing. */
const NOISE = /^(?:Loading IANA|Running Get|Discovered|Error: Unable to establish|$)/;

/** What ipmitool says with `-v`: RAKP messages are the login of IPMI 2.0, §13.20. */
function refusalOf(
  text: string,
  { asked, host }: { readonly asked: string; readonly host: string },
): PxectlError {
  const said = printable(text.split('\n').findLast((line) => !NOISE.test(line.trim())) ?? '', 200);
  if (/RAKP|password|privilege/i.test(said)) {
    const why = /HMAC is invalid/.test(said) ? `its password is another: ${said}` : said;
    return controllerError('power-login-refused', host, { what: `${asked} refuses the login`, why });
  }
  if (said === '' || /Get Channel Authentication|Address lookup|open socket/i.test(said)) {
    return controllerError('power-controller-silent', host, { what: `${asked} does not answer`, why: said });
  }
  return controllerError('power-controller-fails', host, { what: `${asked} does not do it`, why: said });
}
