import type { Ipv4Address } from '../../../protocol/addresses.ts';
import { bootFileOf, type ReplySeen } from '../observation.ts';

/** Where a loader looks for its second stage. */
export interface SecondStage {
  readonly server: Ipv4Address | undefined;
  /** the answer that it took this from */
  readonly from: 'lease' | 'boot-server';
}

/**
 * GRUB (Debian 2.06, measured): the next-server field of the lease whenever it is set, which most routers do,
 * else that of the proxy offer.
 */
export function grubServer(lease: ReplySeen | undefined, boot: ReplySeen | undefined): SecondStage {
  const fromLease = lease?.nextServer !== undefined;
  return {
    server: fromLease ? lease.nextServer : boot?.nextServer,
    from: fromLease ? 'lease' : 'boot-server',
  };
}

/** Whether iPXE boots from this answer: class PXEClient, a next server and a file (dhcp_has_pxeopts). */
export function ipxeTakes(reply: ReplySeen): boolean {
  const isProxy = reply.leasedAddress === undefined;
  const isPxe = reply.vendorClass?.startsWith('PXEClient') === true;
  if (isProxy && !isPxe) return false;
  const file = bootFileOf(reply);
  if (file === undefined) return false;
  // a proxy answer without next server is passed over even when the file is a URL
  return reply.nextServer !== undefined || (!isProxy && file.includes('://'));
}

/** Whether UEFI HTTP Boot can use this answer: class HTTPClient and an http(s) URL (HttpBootParseDhcp4Packet). */
export function httpBootTakes(reply: ReplySeen): boolean {
  if (reply.vendorClass?.startsWith('HTTPClient') !== true) return false;
  return /^https?:\/\//i.test(bootFileOf(reply) ?? '');
}
