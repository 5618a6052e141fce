/**
 * A UDP socket that receives from one interface only. Node's dgram cannot set SO_BINDTODEVICE, so the socket is made
 * through libc (the optional package koffi) and handed to dgram as a file descriptor.
 */
import { UNSPECIFIED_IPV4 } from '../protocol/addresses.ts';
import { AF_INET, intOption, loadLibc, SOCK_CLOEXEC, SOCK_DGRAM, sockaddrIn } from './libc.ts';

const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_BINDTODEVICE = 25;

/** A libc call that failed. `code` is the name that Node would use, as far as it matters here. */
export class DeviceSocketError extends Error {
  override readonly name = 'DeviceSocketError';
  readonly code: string;

  constructor(call: string, errno: number) {
    super(`${call} failed with errno ${errno}`);
    this.code = { 1: 'EPERM', 13: 'EACCES', 19: 'ENODEV', 98: 'EADDRINUSE' }[errno] ?? `errno ${errno}`;
  }
}

/**
 * Opens 0.0.0.0:port on one interface and returns the file descriptor; undefined where that cannot be done.
 * @throws DeviceSocketError when libc refuses (port taken, no such interface, not permitted)
 */
export async function openDeviceSocket(interfaceName: string, port: number): Promise<number | undefined> {
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new DeviceSocketError('socket', libc.errno());
  const check = (call: string, result: number): void => {
    if (result === 0) return;
    const errno = libc.errno();
    libc.close(fd);
    throw new DeviceSocketError(call, errno);
  };
  const name = Buffer.from(`${interfaceName}\0`);
  const one = intOption(1);
  check('SO_REUSEADDR', libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, one, 4));
  check('SO_BROADCAST', libc.setsockopt(fd, SOL_SOCKET, SO_BROADCAST, one, 4));
  check('SO_BINDTODEVICE', libc.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length));
  const address = sockaddrIn(UNSPECIFIED_IPV4, port);
  check('bind', libc.bind(fd, address, address.length));
  return fd;
}
