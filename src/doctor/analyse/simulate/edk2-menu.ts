import { DISCOVERY_CONTROL } from '../../../protocol/pxe/option43.ts';
import { bootFileOf, type Option43Seen, type ReplySeen } from '../observation.ts';
import { subOptionsOf } from './edk2-offers.ts';

/** What UEFI firmware does with the answer that carries the boot information (EDK2 PxeBcDiscoverBootFile). */
export type MenuDecision =
  /** loads the file */
  | { readonly action: 'load'; readonly file: string }
  /** PXE-E21 on every version */
  | { readonly action: 'cancel'; readonly because: 'no-menu-item' | 'local-boot-item' }
  /** PXE-E21 on firmware from before 2013 and its descendants; newer one loads the file */
  | { readonly action: 'cancel-or-load'; readonly file: string }
  /** shows the menu and waits for a key */
  | { readonly action: 'wait-for-key' }
  /** asks for the boot server of a menu item */
  | { readonly action: 'discover'; readonly type: number }
  /** PXE-E53 or PXE-E99 */
  | { readonly action: 'no-file' }
  /** the options are cut short before what decides */
  | { readonly action: 'unknown' };

const WAIT_FOR_EVER = 255;
/** what dnsmasq sends when no pxe-service line fits: 06:01:08 0a:04:00 "PXE" ff */
const DNSMASQ_NO_SERVICE_BYTES = 10;

/** The decision for an answer; pure, the same for an offer with PXE options and for an answer from port 4011. */
export function decideMenu(reply: ReplySeen): MenuDecision {
  const file = bootFileOf(reply);
  const subOptions = subOptionsOf(reply.option43);
  const menu = readMenuTypes(subOptions.get(9));
  const promptTimeout = hasPrompt(reply.option43) ? (subOptions.get(10)?.[0] ?? 0) : undefined;
  const usesBootFile = ((subOptions.get(6)?.[0] ?? 0) & DISCOVERY_CONTROL.useBootFile) !== 0;
  // what was cut off may hold prompt, menu and file
  if (reply.option43?.isElided === true && (menu ?? []).length === 0 && !isNoServiceForm(reply.option43))
    return { action: 'unknown' };
  const item = decideItem(menu, promptTimeout);
  if (item === undefined) return file === undefined ? { action: 'no-file' } : { action: 'load', file };
  // EDK2 since 2013 (30a95d4d39) skips prompt and menu when bit 3 is set and there is a file
  if (usesBootFile && file !== undefined) {
    return item.action === 'cancel' ? { action: 'cancel-or-load', file } : { action: 'load', file };
  }
  return item;
}

/** True for the PXE options that dnsmasq makes when it has no pxe-service line for the client's architecture. */
export function isNoServiceAnswer(option43: Option43Seen | undefined): boolean {
  if (option43 === undefined) return false;
  const subOptions = subOptionsOf(option43);
  return (
    (subOptions.get(6)?.[0] ?? 0) === DISCOVERY_CONTROL.useBootFile &&
    hasPrompt(option43) &&
    !subOptions.has(9) &&
    (!option43.isElided || isNoServiceForm(option43))
  );
}

/** Whether a prompt (10) is there; in shortened bytes the length tells dnsmasq's form. */
function hasPrompt(option43: Option43Seen | undefined): boolean {
  if (option43 === undefined) return false;
  return subOptionsOf(option43).has(10) || isNoServiceForm(option43);
}

function isNoServiceForm(option43: Option43Seen): boolean {
  return (
    option43.isElided && option43.sizeBytes === DNSMASQ_NO_SERVICE_BYTES && subOptionsOf(option43).has(6)
  );
}

function decideItem(
  menu: readonly number[] | undefined,
  promptTimeout: number | undefined,
): Extract<MenuDecision, { action: 'cancel' | 'wait-for-key' | 'discover' }> | undefined {
  if (promptTimeout === undefined) return undefined;
  if (promptTimeout === WAIT_FOR_EVER && menu !== undefined) return { action: 'wait-for-key' };
  const [first] = menu ?? [];
  // without a menu the type stays 0, which is "local boot"
  if (first === undefined) return { action: 'cancel', because: 'no-menu-item' };
  return first === 0 ? { action: 'cancel', because: 'local-boot-item' } : { action: 'discover', type: first };
}

/** Types of the menu's items, in order (PXE 2.1 table 2-1, sub-option 9). */
function readMenuTypes(menu: Uint8Array | undefined): readonly number[] | undefined {
  if (menu === undefined) return undefined;
  const types: number[] = [];
  for (let at = 0; at + 3 <= menu.length; at += 3 + (menu[at + 2] ?? 0)) {
    types.push(((menu[at] ?? 0) << 8) | (menu[at + 1] ?? 0));
  }
  return types;
}
