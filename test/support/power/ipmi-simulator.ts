import { chmod, writeFile } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { start, type LongRunning } from '../../../src/platform/long-running.ts';

export interface IpmiSimulator {
  readonly host: string;
  readonly stop: () => void;
}

/**
 * Debian's ipmi_sim: a controller of which `on` starts a real process, whose id stands in `pid`; `boot` has the last boot device.
 * `lies`: it says yes to everything and does nothing.
 */
export async function startIpmiSimulator(folder: string, { lies = false } = {}): Promise<IpmiSimulator> {
  const port = await freePort();
  const script = `${folder}/chassis`;
  await writeFile(
    script,
    `#!/bin/sh
# chassis MC get|set WHAT [VALUE]
cd '${folder}' || exit 1
is_on() { [ -s pid ] && kill -0 "$(cat pid)" 2>/dev/null; }
case "$2 $3 $4" in
  'get power '*) if is_on; then echo power:1; else echo power:0; fi ;;
  'get boot '*) echo "boot:$(cat boot 2>/dev/null || echo default)" ;;
  ${lies ? "'set '*) ;;" : ''}
  'set power 1'*) is_on || { sleep 300 >/dev/null 2>&1 & echo $! >pid; } ;;
  'set power 0'*) if is_on; then kill -9 "$(cat pid)"; rm pid; fi ;;
  'set boot '*) echo "$4" >boot ;;
esac
exit 0
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
  const simulator: LongRunning = start('ipmi_sim', [...files, '-n']);
  return { host: `127.0.0.1:${port}`, stop: () => simulator.kill('SIGKILL') };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
