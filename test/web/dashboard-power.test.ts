import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { MachineReply } from '../../src/control/schemas/machines.ts';
import { openMachineStates } from '../../src/machines/machine-states.ts';
import type { MacAddress } from '../../src/protocol/addresses.ts';
import { useBrowser } from '../support/browser.ts';
import { DASHBOARD_CONFIG, fillPast, MAC } from '../support/dashboard-project.ts';
import { itNeeds } from '../support/external-tool.ts';
import { startIpmiSimulator, type IpmiSimulator } from '../support/power/ipmi-simulator.ts';
import { processMachine } from '../support/power/switched-machine.ts';
import { useProject } from '../support/test-project.ts';

const UI = 'http://127.0.0.1:8080/ui/';
const NODE = `${UI}#/machines/node-1`;
const it = itNeeds('root', 'chromium', 'ipmi_sim', 'ipmitool', 'curl');

const project = useProject('all', DASHBOARD_CONFIG);
const browser = useBrowser(() => project.network.namespace);
const machine = processMachine();
let folder: string;
let controller: IpmiSimulator;
let token: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-bmc-'));
  controller = await startIpmiSimulator(folder, { machine, namespace: project.network.namespace });
  await fillPast(project);
  await mkdir(join(project.path, 'secrets'), { mode: 0o700 });
  await writeFile(join(project.path, 'secrets', 'bmc'), 'right\n', { mode: 0o600 });
  const power = `{ type: ipmi, host: "${controller.host}", user: admin, secret: bmc, boot: bios }`;
  await project.configure(DASHBOARD_CONFIG.replace('{ type: wol }', power));
  await project.up();
  token = (await readFile(project.layout.dashboardToken, 'utf8')).trim();
});
afterAll(async () => {
  await controller.close();
  await rm(folder, { recursive: true, force: true });
});

/** Somebody with a browser of their own who has shown the token. */
async function admin(place = NODE): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${UI}#token=${token}`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.goto(place);
  return page;
}
const press = (page: Page, title: string) => page.getByRole('button', { name: title }).click();
const confirm = (page: Page, title: string) =>
  page.getByRole('dialog').getByRole('button', { name: title }).click();
/** what the page says of it, whatever the controller took for it */
const told = (page: Page, text: string) => page.getByText(text).first().waitFor({ timeout: 60_000 });
const nodeOf = (page: Page) =>
  page.evaluate<MachineReply>(
    `fetch('api/v1/machines').then((reply) => reply.json()).then(({ machines }) => machines.find(({ name }) => name === 'node-1'))`,
  );

describe('the buttons of a machine with a controller', () => {
  it('do nothing for a wrong token, and are not there', async () => {
    const page = await browser.newPage();
    await page.goto(`${UI}#token=${'x'.repeat(22)}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.goto(NODE);
    await page.getByText('Change things from here').waitFor();
    expect(await page.getByRole('button', { name: /Switch|Install|Restart/ }).count()).toBe(0);
    const asked = (path: string, body: object) =>
      page.evaluate<number>(
        `fetch('api/v1/machines/${path}', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '${JSON.stringify(body)}' }).then(({ status }) => status)`,
      );
    expect(await asked('power', { machines: ['node-1'], verb: 'on' })).toBe(403);
    expect(await asked('install', { machines: ['node-1'], by: 'x' })).toBe(403);
    expect(await machine.isOn()).toBe(false);
    expect((await nodeOf(page)).order).toBeNull();
  });

  it('ask first, then switch it on and off, and whoever looks at the same time sees that', async () => {
    const [one, other] = [await admin(), await admin(UI)];
    await press(one, 'Switch on node-1');
    await confirm(one, 'Cancel');
    expect(await machine.isOn()).toBe(false);
    await press(one, 'Switch on node-1');
    await confirm(one, 'Switch on node-1');
    await told(one, 'node-1 is on.');
    expect(await machine.isOn()).toBe(true);
    await told(other, 'power on: on');
    await press(one, 'Switch off node-1');
    await confirm(one, 'Switch off node-1');
    await told(one, 'node-1 is off.');
    expect(await machine.isOn()).toBe(false);
    expect(machine.starts).toEqual(['own order']);
  }, 120_000);

  it('install it: armed, told to boot from the network once, and nothing spent before it asks', async () => {
    const [one, other] = [await admin(), await admin()];
    // both have the question before them
    for (const page of [one, other]) await press(page, 'Install node-1');
    await confirm(one, 'Install node-1');
    await told(one, 'node-1 is armed, and told to boot from the network.');
    await confirm(other, 'Install node-1');
    await told(other, 'node-1 is being installed already');
    // what the first one did stands on the page of the second
    await other.getByRole('button', { name: 'Disarm node-1' }).waitFor();
    await expect.poll(() => other.getByRole('button', { name: /^(?:Install|Arm) node-1/ }).count()).toBe(0);
    await expect.poll(() => machine.starts, { timeout: 60_000 }).toEqual(['own order', 'network']);
    expect(await nodeOf(other)).toMatchObject({ order: 'once', state: 'armed' });
    const states = openMachineStates(project.layout);
    expect((await states.known()).installs.get(MAC as MacAddress)).toMatchObject({
      ...{ kind: 'armed', by: 'the dashboard', isAlways: false },
    });
    await press(other, 'Disarm node-1');
    await confirm(other, 'Disarm node-1');
    await told(other, 'node-1 is not armed any more.');
    await one.getByRole('button', { name: 'Install node-1' }).waitFor();
  }, 120_000);

  it('say so when the controller refuses', async () => {
    await writeFile(join(project.path, 'secrets', 'bmc'), 'wrong\n');
    const page = await admin();
    await press(page, 'Restart node-1');
    await confirm(page, 'Restart node-1');
    await told(page, 'refuses');
    expect(machine.starts).toHaveLength(2);
  }, 120_000);
});
