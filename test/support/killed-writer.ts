import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Writes the state of a machine, and is killed (kill -9) as the name of its nth file is about to be changed. */
const { root, mac, killedAt } = JSON.parse(process.argv[2] ?? '') as {
  root: string;
  mac: string;
  killedAt: number;
};
const { rename } = fs.promises;
let renames = 0;
fs.promises.rename = async (from, to) => {
  renames += 1;
  if (renames === killedAt) process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
};
syncBuiltinESMExports();

const { openMachineStates } = await import('../../src/machines/machine-states.ts');
const { parseMac } = await import('../../src/protocol/addresses.ts');
const order = { at: new Date().toISOString(), by: 'ada', isAlways: false };
await openMachineStates({ root }).arm(new Map([[parseMac(mac)!, order]]));
process.stdout.write('written\n');
