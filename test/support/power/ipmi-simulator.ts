import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createSocket } from 'node:dgram';
import { start, type LongRunning } from '../../../src/platform/long-running.ts';
import { processMachine, type SwitchedMachine } from './switched-machine.ts';

export interface IpmiSimulator {
  readonly host: string;
  close(): Promise<void>;
}

export interface SimulatorHabits {
  /** says yes to everything and does nothing */
  readonly lies?: boolean;
  readonly machine?: SwitchedMachine;
  /** the network namespace that it is reached in */
  readonly namespace?: string;
}

/** Debian's ipmi_sim: a controller that switches a machine, and has it boot once from what `bootdev` says. */
export async function startIpmiSimulator(
  folder: string,
  { lies = false, machine = processMachine(), namespace }: SimulatorHabits = {},
): Promise<IpmiSimulator> {
  let bootDevice = 'default';
  const chassis = async (what: string, value: string | undefined): Promise<string> => {
    if (value === undefined) {
      return what === 'power' ? `power:${(await machine.isOn()) ? 1 : 0}\n` : `boot:${bootDevice}\n`;
    }
    if (lies) return '';
    if (what === 'boot') bootDevice = value;
    else if (value === '0') await machine.switchOff();
    else if (!(await machine.isOn())) {
      await machine.switchOn(bootDevice === 'pxe' ? 'network' : 'own order');
      bootDevice = 'default';
    }
    return '';
  };
  // the program that ipmi_sim runs asks here: /power, /power/1, /boot/pxe
  const server = createServer((request, response) => {
    const [, what = '', value] = (request.url ?? '').split('/');
    void chassis(what, value).then(
      (text) => response.end(text),
      () => response.writeHead(500).end(),
    );
  });
  const socket = `${folder}/chassis.sock`;
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const port = await freePort();
  const script = `${folder}/chassis`;
  await writeFile(
    script,
    `#!/bin/sh
# chassis MC get|set WHAT [VALUE]
case "$2" in
  get) exec curl -sf --unix-socket "${socket}" "http://localhost/$3" ;;
  set) exec curl -sf --unix-socket "${socket}" "http://localhost/$3/$4" ;;
esac
`,
  );
  await chmod(script, 0o755);
  await writeFile(
    `${folder}/lan.conf`,
    `name "bmc"
set_working_mc 0x20
startlan 1
  addr 127.0.0.1 ${port}
  priv_limit admin
  allowed_auths_callback none md2 md5 straight
  allowed_auths_user none md2 md5 straight
  allowed_auths_operator none md2 md5 straight
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
chassis_control "${script} 0x20"
user 1 true "" "" user 10 none md2 md5 straight
user 2 true "admin" "right" admin 10 none md2 md5 straight
`,
  );
  await writeFile(
    `${folder}/bmc.emu`,
    'mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n',
  );
  const files = ['-c', `${folder}/lan.conf`, '-f', `${folder}/bmc.emu`, '-s', folder];
  const command = ['ipmi_sim', ...files, '-n'];
  const [program = '', ...words] =
    namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command];
  const simulator: LongRunning = start(program, words);
  return {
    host: `127.0.0.1:${port}`,
    async close() {
      simulator.kill('SIGKILL');
      await simulator.ended;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await machine.switchOff();
    },
  };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
