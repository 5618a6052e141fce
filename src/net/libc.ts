import type Koffi from 'koffi';
import { loadPackagedAddon } from '../platform/packaged-addon.ts';
import { isSingleExecutable } from '../platform/packaged-files.ts';
import { ipv4ToBytes, type Ipv4Address } from '../protocol/addresses.ts';

export const AF_INET = 2;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

/** The calls of the C library that sockets need and Node does not make; results below 0 come with an errno. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  close(fd: number): number;
  /** 0 when there is no such interface in this network namespace */
  if_nametoindex(name: string): number;
  errno(): number;
}

let loading: Promise<Libc | undefined> | undefined;

/** Undefined where it is not Linux, or the optional package koffi is not there. */
export function loadLibc(): Promise<Libc | undefined> {
  loading ??= loadOnce();
  return loading;
}

async function loadOnce(): Promise<Libc | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const koffi = await loadKoffi();
    const library = koffi.load(null);
    return {
      socket: library.func('int socket(int, int, int)') as Libc['socket'],
      setsockopt: library.func(
        'int setsockopt(int, int, int, const uint8_t *, uint32_t)',
      ) as Libc['setsockopt'],
      bind: library.func('int bind(int, const uint8_t *, uint32_t)') as Libc['bind'],
      send: library.func('int64_t send(int, const uint8_t *, size_t, int)') as Libc['send'],
      recv: library.func('int64_t recv(int, _Out_ uint8_t *, size_t, int)') as Libc['recv'],
      close: library.func('int close(int)') as Libc['close'],
      if_nametoindex: library.func('unsigned int if_nametoindex(const char *)') as Libc['if_nametoindex'],
      errno: () => koffi.errno(),
    };
  } catch {
    return undefined;
  }
}

async function loadKoffi(): Promise<typeof Koffi> {
  return isSingleExecutable
    ? (loadPackagedAddon('koffi.node') as typeof Koffi)
    : (await import('koffi')).default;
}

/** struct sockaddr_in: family in host order (little-endian on all platforms of koffi), port in network order. */
export function sockaddrIn(address: Ipv4Address, port: number): Uint8Array {
  return Uint8Array.of(AF_INET, 0, port >>> 8, port & 0xff, ...ipv4ToBytes(address), 0, 0, 0, 0, 0, 0, 0, 0);
}

/** The value of a socket option that is an int. */
export function intOption(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
