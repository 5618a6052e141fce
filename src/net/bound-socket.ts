import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { environmentError, systemCodeOf } from '../model/errors.ts';
import { BROADCAST_IPV4, UNSPECIFIED_IPV4, type Ipv4Address } from '../protocol/addresses.ts';
import { openDeviceSocket } from './device-socket.ts';
import { conflictingOwners, findPortOwners, portInUseError } from './port-owner.ts';
import { privilegeError } from './privileges.ts';

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** sends that the kernel has not taken yet; more is a flood that must not fill the memory */
const MAX_PENDING_SENDS = 2048;
/** the same to addresses that nobody may have: each holds room in the kernel until ARP has given up, seconds later */
const MAX_DOUBTFUL_SENDS = 64;

export interface UdpSource {
  readonly address: Ipv4Address;
  readonly port: number;
}

export interface UdpEndpointOptions {
  readonly interfaceName: string;
  /** our own address on that interface: answers come from it */
  readonly address: Ipv4Address;
  readonly port: number;
  /** true: receives broadcasts of this interface as well as what is sent to `address` */
  readonly receivesBroadcast: boolean;
  /** whether somebody is known to be at this address: what is sent to others holds up nobody else's */
  isKnown(address: Ipv4Address): boolean;
  onMessage(bytes: Uint8Array, source: UdpSource): void;
  /** an error of the running endpoint, with a Node error code */
  onError(error: Error): void;
}

/** One UDP port on one interface. */
export interface UdpEndpoint {
  readonly port: number;
  /** false: broadcasts of all interfaces arrive, since koffi is not there to tell them apart */
  readonly isDeviceBound: boolean;
  /** Sends from `address`; 255.255.255.255 leaves by this interface. Returns false when too much is waiting. */
  send(bytes: Uint8Array, address: Ipv4Address, port: number): boolean;
  /** idempotent */
  close(): Promise<void>;
}

/**
 * Opens a UDP port on one interface. One socket on 0.0.0.0 (bound to the device where koffi is there) hears broadcasts; one on
 * our own address sends, since a wildcard socket would broadcast by the default route; one more sends to whom nobody has met.
 * @throws PxectlError E_PORT_IN_USE (naming the process), E_PRIVILEGE, E_NO_ADDRESS, E_NO_INTERFACE
 */
export async function openUdpEndpoint(options: UdpEndpointOptions): Promise<UdpEndpoint> {
  const { interfaceName, address, port } = options;
  // SO_REUSEADDR on both sides would share the port in silence, so the owner is looked for first
  const taken =
    port === 0 ? [] : conflictingOwners(await findPortOwners('udp', port), address, interfaceName);
  if (taken.length > 0) throw portInUseError('udp', port, taken);

  const sockets: Socket[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= Promise.all(sockets.map(closeSocket)).then(() => undefined);
    return closed;
  };
  try {
    const sender = await bindSocket({ address, port });
    sockets.push(sender);
    const boundPort = sender.address().port;
    const doubtful = await bindSocket({ address, port: boundPort });
    sockets.push(doubtful);
    let isDeviceBound = false;
    if (options.receivesBroadcast) {
      const fd = await openDeviceSocket(interfaceName, boundPort);
      isDeviceBound = fd !== undefined;
      sockets.push(
        await bindSocket(fd === undefined ? { address: UNSPECIFIED_IPV4, port: boundPort } : { fd }),
      );
    }
    for (const socket of sockets) {
      socket.on('error', (error) => options.onError(error));
      socket.on('message', (bytes: Buffer, source: RemoteInfo) =>
        options.onMessage(bytes, { address: source.address as Ipv4Address, port: source.port }),
      );
      enlargeReceiveBuffer(socket);
    }
    sender.setBroadcast(true);
    return {
      port: boundPort,
      isDeviceBound,
      send: (bytes, toAddress, toPort) => {
        const isKnown = toAddress === BROADCAST_IPV4 || options.isKnown(toAddress);
        const [socket, most] = isKnown ? [sender, MAX_PENDING_SENDS] : [doubtful, MAX_DOUBTFUL_SENDS];
        if (closed !== undefined || socket.getSendQueueCount() >= most) return false;
        socket.send(bytes, toPort, toAddress, (error) => {
          if (error !== null) options.onError(error);
        });
        return true;
      },
      close,
    };
  } catch (error) {
    await close();
    throw await bindError(error, options);
  }
}

type BindTarget = { readonly address: Ipv4Address; readonly port: number } | { readonly fd: number };

function bindSocket(target: BindTarget): Promise<Socket> {
  // an address needs no name service: without this every send would wait for one turn of the event loop
  const socket = createSocket({
    type: 'udp4',
    reuseAddr: true,
    lookup: (host, _options, callback) => callback(null, host, 4),
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    const done = (): void => {
      socket.off('error', fail);
      resolve(socket);
    };
    if ('fd' in target) socket.bind({ fd: target.fd }, done);
    else socket.bind({ address: target.address, port: target.port, exclusive: true }, done);
  });
}

function enlargeReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // the default size only loses packets earlier in a flood
  }
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

async function bindError(error: unknown, options: UdpEndpointOptions): Promise<unknown> {
  const { interfaceName, address, port } = options;
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return portInUseError('udp', port, await findPortOwners('udp', port), error);
    case 'EACCES':
      return privilegeError(`not permitted to open UDP port ${port}`, 'CAP_NET_BIND_SERVICE', error);
    case 'EPERM':
      // only SO_BINDTODEVICE says this, on kernels before 5.7
      return privilegeError(`not permitted to listen on ${interfaceName} alone`, 'CAP_NET_RAW', error);
    case 'EADDRNOTAVAIL':
      return environmentError('E_NO_ADDRESS', {
        what: `this machine does not have the address ${address}`,
        why: `network.address must be an address of ${interfaceName}`,
        next: `ip -4 address show dev ${interfaceName}`,
        cause: error,
      });
    case 'ENODEV':
      return environmentError('E_NO_INTERFACE', {
        what: `there is no network interface ${interfaceName}`,
        next: 'ip -brief link',
        cause: error,
      });
    default:
      return error;
  }
}
