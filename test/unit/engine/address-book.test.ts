import { expect, it } from 'vitest';
import { AddressBook } from '../../../src/engine/address-book.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';

const IP = '192.168.1.40' as Ipv4Address;
const MAC = '52:54:00:00:00:01' as MacAddress;
const OTHER = '52:54:00:00:00:02' as MacAddress;

it('knows an address from DHCP while the neighbour table does not', () => {
  const book = new AddressBook(() => undefined);
  expect(book.macOf(IP)).toBeUndefined();
  book.learn({ type: 'dhcp.request', mac: MAC, ip: IP });
  expect(book.macOf(IP)).toBe(MAC);
  book.learn({ type: 'dhcp.ack', mac: OTHER, ip: IP });
  expect(book.macOf(IP)).toBe(OTHER);
});

it('believes who answers for the address now more than what was said of it', () => {
  const book = new AddressBook(() => OTHER);
  book.learn({ type: 'dhcp.request', mac: MAC, ip: IP });
  expect(book.macOf(IP)).toBe(OTHER);
});

it('forgets after hours, and the oldest first', () => {
  const book = new AddressBook(() => undefined);
  book.learn({ type: 'dhcp.ack', mac: MAC, ip: IP }, 0);
  expect(book.macOf(IP, 3_600_000)).toBe(MAC);
  expect(book.macOf(IP, 5 * 3_600_000)).toBeUndefined();
  book.learn({ type: 'dhcp.ack', mac: MAC, ip: IP });
  for (let index = 0; index < 5000; index++) {
    const ip = `10.0.${index >> 8}.${index & 255}` as Ipv4Address;
    book.learn({ type: 'dhcp.ack', mac: OTHER, ip });
  }
  expect(book.macOf(IP)).toBeUndefined();
});

it('learns nothing from offers, which others may take', () => {
  const book = new AddressBook(() => undefined);
  book.learn({ type: 'dhcp.offer', mac: MAC, ip: IP });
  expect(book.macOf(IP)).toBeUndefined();
});
