import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/model/config.ts';
import { Inventory } from '../../../../src/machines/inventory/inventory.ts';
import { inventoryPath, readInventory } from '../../../../src/machines/inventory/inventory-file.ts';
import { withSeenCards } from '../../../../src/machines/inventory/machine-cards.ts';
import { hardwareReport, toldFacts } from '../../../../src/machines/inventory/seen-machine.ts';
import type { NewBootEvent } from '../../../../src/model/boot-event.ts';
import { swapUuidOrder } from '../../../../src/protocol/uuid-order.ts';
import type { Ipv4Address, MacAddress } from '../../../../src/protocol/addresses.ts';

const macOf = (number: number): MacAddress =>
  `52:54:00:${number
    .toString(16)
    .padStart(6, '0')
    .replace(/..(?!$)/g, '$&:')}` as MacAddress;
const MAC = macOf(1);
const discover = (mac: MacAddress, more: Partial<NewBootEvent> = {}): NewBootEvent => ({
  ...{ type: 'dhcp.discover', mac, firmware: 'uefi-x64', detail: { architectures: '7' } },
  ...more,
});

let layout: { readonly root: string };
const troubles: string[] = [];
const open = (): Promise<Inventory> =>
  Inventory.open({ layout, onTrouble: (message) => troubles.push(message) });
beforeEach(() => {
  layout = { root: mkdtempSync(join(tmpdir(), 'pxectl-inventory-')) };
  troubles.length = 0;
});
afterEach(() => rmSync(layout.root, { recursive: true }));

const uuid = '4c4c4544-0044-4a10-8056-b4c04f4c3332';

describe('Inventory', () => {
  it('keeps what a machine told on its way, the newest of each, over a restart', async () => {
    const before = await open();
    before.take(discover(MAC, { uuid: '4c4c4544-0044-4a10-8056-b4c04f4c3332' }));
    before.take(discover(MAC, { firmware: 'ipxe', ip: '192.168.1.20' as Ipv4Address }));
    before.learn(MAC, { maker: 'Dell Inc.', serial: 'ABC123', memoryMiB: 8192, firmware: 'bios' });
    await before.close();
    const after = await open();
    after.learn(MAC, { memoryMiB: 16_384, disks: ['sda 500 GB'] });
    await after.close();
    expect((await readInventory(layout)).get(MAC)).toMatchObject({
      ...{ firmware: 'uefi-x64', uuid: '4c4c4544-0044-4a10-8056-b4c04f4c3332', ip: '192.168.1.20' },
      ...{ maker: 'Dell Inc.', serial: 'ABC123', memoryMiB: 16_384, disks: ['sda 500 GB'] },
    });
  });

  it('knows the cards of machines that the file gives no MAC: by UUID in either order, by serial, by the file they ask for', async () => {
    const machines = [
      { uuid, name: 'rack-1' },
      { serial: 'AB 12', name: 'rack-2' },
      { mac: macOf(9), name: 'pc' },
    ] as Machine[];
    let told = 0;
    const inventory = await Inventory.open({
      layout,
      onTrouble: () => undefined,
      onCards: () => (told += 1),
    });
    inventory.know(machines);
    inventory.take(discover(macOf(1), { uuid: swapUuidOrder(uuid) }));
    inventory.take({ type: 'tftp.missing', mac: macOf(2), detail: { path: `pxelinux.cfg/${uuid}` } });
    inventory.take({ type: 'http.done', mac: macOf(3), detail: { path: `/machines/${uuid}.ipxe` } });
    inventory.take({ type: 'tftp.done', mac: macOf(4), detail: { path: 'grub/grub.cfg-serial-4142203132' } });
    inventory.learn(macOf(5), { serial: 'AB 12' });
    inventory.take({ type: 'tftp.done', mac: macOf(6), detail: { path: 'grub/grub.cfg-serial-4142203133' } });
    const owners = [1, 2, 3, 4, 5, 6, 9].map((number) => inventory.ownerOf(macOf(number))?.name);
    expect(owners).toEqual(['rack-1', 'rack-1', 'rack-1', 'rack-2', 'rack-2', undefined, 'pc']);
    await inventory.close();
    expect(told).toBe(1);
    const known = withSeenCards(machines, await readInventory(layout));
    const cards = known.filter(({ name }) => name !== 'pc').map(({ name, mac }) => [name, mac ?? '']);
    expect(cards.toSorted(([, a = ''], [, b = '']) => a.localeCompare(b))).toEqual([
      ...[
        ['rack-1', ''],
        ['rack-2', ''],
      ],
      ...[
        ['rack-1', macOf(1)],
        ['rack-1', macOf(2)],
        ['rack-1', macOf(3)],
        ['rack-2', macOf(4)],
        ['rack-2', macOf(5)],
      ],
    ]);
  });

  it('takes what is said of a card later: a packet that anybody sent first holds for no boot after it', async () => {
    const inventory = await open();
    const other = '11111111-2222-4333-8444-555555555555';
    inventory.know([
      { name: 'rack-1', uuid },
      { name: 'rack-2', uuid: other },
    ] as Machine[]);
    inventory.take(discover(MAC, { uuid: other }));
    expect(inventory.ownerOf(MAC)?.name).toBe('rack-2');
    inventory.take(discover(MAC, { uuid }));
    expect(inventory.ownerOf(MAC)?.name).toBe('rack-1');
  });

  it('holds nobody for a machine that boots who asked once, or for a file that is not there', async () => {
    const inventory = await open();
    inventory.take(discover(macOf(1)));
    inventory.take({ type: 'tftp.missing', mac: macOf(1), detail: { path: `pxelinux.cfg/${uuid}` } });
    inventory.take({ type: 'http.missing', mac: macOf(1), detail: { path: '/' } });
    inventory.take({ type: 'tftp.done', mac: macOf(1), detail: { path: 'grub/grub.cfg', sizeBytes: 500 } });
    expect(inventory.all().get(macOf(1))?.hasLoaded).toBeUndefined();
    inventory.take({ type: 'http.get', mac: macOf(1), detail: { path: '/boot.ipxe' } });
    expect(inventory.all().get(macOf(1))?.hasLoaded).toBe(true);
  });

  it('has on the disk at once who has just booted: a command adopts it', async () => {
    const inventory = await open();
    inventory.take(discover(MAC));
    const beganMs = performance.now();
    inventory.take({ type: 'http.get', mac: MAC, detail: { path: '/boot.ipxe' } });
    await expect
      .poll(async () => (await readInventory(layout)).get(MAC)?.hasLoaded, { interval: 20, timeout: 10_000 })
      .toBe(true);
    expect(performance.now() - beganMs).toBeLessThan(1_900);
    await inventory.close();
  });

  it('takes the word of iPXE for the firmware where iPXE is all that asks', async () => {
    const inventory = await open();
    inventory.take(discover(MAC, { firmware: 'ipxe' }));
    inventory.learn(
      MAC,
      toldFacts((key) => ({ platform: 'pcbios', arch: 'i386' })[key]),
    );
    await inventory.close();
    expect((await readInventory(layout)).get(MAC)?.firmware).toBe('bios');
  });

  it('takes nobody for booted whose browser was led here, nor on a word of its own', async () => {
    const inventory = await open();
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';
    inventory.take({ type: 'http.done', mac: MAC, detail: { path: '/boot.ipxe', userAgent } });
    inventory.learn(
      MAC,
      toldFacts((key) => ({ platform: 'efi', arch: 'x86_64', maker: 'Dell' })[key]),
    );
    await inventory.close();
    expect((await readInventory(layout)).get(MAC)).not.toHaveProperty('hasLoaded');
  });

  it('is no list of everybody who asks for an address', async () => {
    const inventory = await open();
    inventory.take({ type: 'dhcp.discover', mac: MAC, detail: { vendorClass: 'MSFT 5.0' } });
    inventory.take({ type: 'dhcp.ignored', mac: MAC, firmware: 'unknown', detail: { reason: 'not-pxe' } });
    inventory.take({ type: 'engine.warning', mac: MAC, detail: {} });
    await inventory.close();
    expect(await readInventory(layout)).toEqual(new Map());
  });

  it('forgets made-up addresses first, then unknown machines, and none of the configuration', async () => {
    const inventory = await open();
    inventory.know([{ mac: macOf(0), name: 'pc' } as Machine]);
    inventory.take(discover(macOf(0)));
    inventory.take({ type: 'tftp.done', mac: macOf(1), detail: { path: 'lpxelinux.0', sizeBytes: 90_000 } });
    for (let number = 10; number < 2_010; number++) inventory.take(discover(macOf(number)));
    await inventory.close();
    const flooded = await readInventory(layout);
    expect([...flooded.keys()]).toEqual(expect.arrayContaining([macOf(0), macOf(1), macOf(2_009)]));
    expect(flooded.size).toBeLessThanOrEqual(502);
    expect(flooded.size).toBeGreaterThan(2 + 400);
    const again = await open();
    again.know([{ mac: macOf(0), name: 'pc' } as Machine]);
    again.take(discover(macOf(0)));
    for (let number = 3_000; number < 4_100; number++) {
      again.take({ type: 'http.get', mac: macOf(number), detail: { path: '/boot.ipxe' } });
    }
    await again.close();
    const after = await readInventory(layout);
    expect(after.has(macOf(0))).toBe(true);
    expect(after.has(macOf(1))).toBe(false);
    expect(after.size).toBeLessThanOrEqual(1_502);
  });

  it('starts anew from a file that it cannot read, and leaves out an entry that is none', async () => {
    writeFileSync(
      inventoryPath(layout),
      '{"schema":"pxectl.inventory/1","machines":{"x":{},"' + MAC + '":{"ip":7}}}',
    );
    expect(await readInventory(layout)).toEqual(new Map());
    writeFileSync(inventoryPath(layout), '{"schema"');
    const inventory = await open();
    inventory.take(discover(MAC));
    await inventory.close();
    expect([...(await readInventory(layout)).keys()]).toEqual([MAC]);
    expect(troubles).toEqual([]);
  });

  it('goes on when nothing can be written, and says so once', async () => {
    layout = { root: join(layout.root, 'file') };
    writeFileSync(layout.root, '');
    const inventory = await open();
    for (const number of [1, 2]) {
      inventory.take(discover(macOf(number)));
      await inventory.close();
    }
    expect(troubles).toHaveLength(1);
    expect(readFileSync(layout.root, 'utf8')).toBe('');
  });
});

describe('what is told', () => {
  it('is cut and cleaned before it is kept', () => {
    const hostile: Record<string, unknown> = {
      maker: ' Evil\u001b[2J\u202e Corp\n',
      product: 'x'.repeat(500),
      serial: 'To Be Filled By O.E.M.',
      uuid: '../../etc',
      memoryMiB: '1e99',
      cpus: -1,
      macs: ['52-54-00-00-00-01', 'nonsense', '<b>', ...Array<string>(50).fill('52:54:00:00:00:01')],
      disks: Array<string>(50)
        .fill('d')
        .map((disk, index) => `${disk}${index}`),
    };
    const facts = toldFacts((key) => hostile[key]);
    expect(facts).toMatchObject({ maker: 'Evil?[2J? Corp', macs: [macOf(1)] });
    expect(facts.product).toHaveLength(65);
    expect(facts.disks).toHaveLength(16);
    expect(Object.keys(facts).sort()).toEqual(['disks', 'macs', 'maker', 'product']);
  });

  it('comes from an installer in lines or as JSON', () => {
    const expected = { memoryMiB: 4096, cpus: 4, disks: ['sda 500G', 'nvme0n1 1T'] };
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(hardwareReport(bytes('memoryMiB=4096\ncpus=4\ndisks=sda 500G,nvme0n1 1T\nrm=-rf\n'))).toEqual(
      expected,
    );
    expect(hardwareReport(bytes(JSON.stringify({ ...expected, __proto__: { cpu: 'x' } })))).toEqual(expected);
    expect(hardwareReport(bytes('[1,2'))).toEqual({});
    expect(hardwareReport(bytes('null'))).toEqual({});
  });
});
