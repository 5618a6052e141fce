/**
 * A UDP socket that receives from one interface only. Node's dgram cannot set SO_BINDTODEVICE, so the socket is made
 * through libc (the optional package koffi) and handed to dgram as a file descriptor.
 */
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_BINDTODEVICE = 25;

interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  close(fd: number): number;
  errno(): number;
}

/** A libc call that failed. `code` is the name that Node would use, as far as it matters here. */
export class DeviceSocketError extends Error {
  override readonly name = 'DeviceSocketError';
  readonly code: string;

  constructor(call: string, errno: number) {
    super(`${call} failed with errno ${errno}`);
    this.code = { 1: 'EPERM', 13: 'EACCES', 19: 'ENODEV', 98: 'EADDRINUSE' }[errno] ?? `errno ${errno}`;
  }
}

let loading: Promise<Libc | undefined> | undefined;

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
  const one = new Uint8Array(new Int32Array([1]).buffer);
  check('SO_REUSEADDR', libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, one, 4));
  check('SO_BROADCAST', libc.setsockopt(fd, SOL_SOCKET, SO_BROADCAST, one, 4));
  check('SO_BINDTODEVICE', libc.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length));
  // struct sockaddr_in: family in host order (little-endian on all platforms of koffi), port in network order
  const address = Uint8Array.of(AF_INET, 0, port >>> 8, port & 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  check('bind', libc.bind(fd, address, address.length));
  return fd;
}

function loadLibc(): Promise<Libc | undefined> {
  loading ??= loadLibcOnce();
  return loading;
}

async function loadLibcOnce(): Promise<Libc | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    return {
      socket: library.func('int socket(int, int, int)') as Libc['socket'],
      setsockopt: library.func(
        'int setsockopt(int, int, int, const uint8_t *, uint32_t)',
      ) as Libc['setsockopt'],
      bind: library.func('int bind(int, const uint8_t *, uint32_t)') as Libc['bind'],
      close: library.func('int close(int)') as Libc['close'],
      errno: () => koffi.errno(),
    };
  } catch {
    // koffi is optional: without it there is one receiver for all interfaces
    return undefined;
  }
}
