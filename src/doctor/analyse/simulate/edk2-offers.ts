import { bootFileOf, type Option43Seen, type ReplySeen } from '../observation.ts';

/** How UEFI firmware sorts an offer (EDK2 PxeBcParseDhcp4Packet). */
export type OfferClass =
  | 'dhcp-pxe10'
  | 'dhcp-wfm'
  | 'dhcp-binl'
  | 'dhcp-only'
  | 'proxy-pxe10'
  | 'proxy-wfm'
  | 'proxy-binl'
  /** a proxy offer without option 60 "PXEClient" */
  | 'discarded';

/** The sub-options of option 43 that are readable, by number. Shortened or damaged bytes give those before the damage. */
export function subOptionsOf(option43: Option43Seen | undefined): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const bytes = option43?.bytes ?? new Uint8Array();
  for (let at = 0; at < bytes.length;) {
    const code = bytes[at] ?? 255;
    if (code === 255) break;
    if (code === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined) break;
    found.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

/** The class of an offer. */
export function classifyOffer(reply: ReplySeen): OfferClass {
  const isProxy = reply.leasedAddress === undefined;
  const isPxe = reply.vendorClass?.startsWith('PXEClient') === true;
  if (!isPxe) return isProxy ? 'discarded' : 'dhcp-only';
  const subOptions = subOptionsOf(reply.option43);
  if ([6, 7, 8, 9, 10].some((code) => subOptions.has(code))) return isProxy ? 'proxy-pxe10' : 'dhcp-pxe10';
  if ([1, 2, 3, 4, 5].every((code) => subOptions.has(code))) return isProxy ? 'proxy-wfm' : 'dhcp-wfm';
  return isProxy ? 'proxy-binl' : 'dhcp-binl';
}

/** What firmware goes on with after it has collected offers. */
export interface SelectedOffer {
  readonly how: OfferClass;
  /** the offer whose address it requests */
  readonly lease: ReplySeen;
  /** the offers that it takes boot information from, in the order in which it tries them */
  readonly boot: readonly ReplySeen[];
  /** it asks port 4011 of the boot offer's server before it loads anything */
  readonly asksPort4011: boolean;
}

/**
 * The choice of EDK2 (PxeBcSelectDhcp4Offer): the order does not depend on which came first. Undefined when
 * nothing is selectable: PXE-E16 with offers, PXE-E18 without.
 */
export function selectOffer(offers: readonly ReplySeen[]): SelectedOffer | undefined {
  const classes = offers.map(classifyOffer);
  const of = (wanted: OfferClass): ReplySeen[] => offers.filter((_, index) => classes[index] === wanted);
  const plain = of('dhcp-only')[0];
  const own = (how: OfferClass, asksPort4011: boolean): SelectedOffer | undefined => {
    const [offer] = of(how);
    return offer && { how, lease: offer, boot: [offer], asksPort4011 };
  };
  const withProxy = (how: OfferClass, asksPort4011: boolean): SelectedOffer | undefined => {
    const proxies = of(how);
    if (plain === undefined || proxies.length === 0) return undefined;
    return { how, lease: plain, boot: asksPort4011 ? proxies : proxies.slice(0, 1), asksPort4011 };
  };
  const plainWithFile = of('dhcp-only').find((offer) => bootFileOf(offer) !== undefined);
  return (
    own('dhcp-pxe10', false) ??
    own('dhcp-wfm', false) ??
    withProxy('proxy-pxe10', false) ??
    withProxy('proxy-wfm', false) ??
    own('dhcp-binl', true) ??
    withProxy('proxy-binl', true) ??
    (plainWithFile && { how: 'dhcp-only', lease: plainWithFile, boot: [plainWithFile], asksPort4011: false })
  );
}
