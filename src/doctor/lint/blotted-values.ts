const PAIR = String.raw`(?:[0-9a-f]{2}|xx|\?\?|##)`;
const MAC = new RegExp(String.raw`(?<![\w:])${PAIR}(?:[:-]${PAIR}){5}(?![\w:])`, 'gi');
const ADDRESS = /\b\d{1,3}\.(?:\d{1,3}|x{1,3})\.(?:\d{1,3}|x{1,3})\.x{1,3}\b/i;

/** Whether somebody made an address unreadable before he showed it: 68:1d:ef:xx:xx:xx, 192.168.1.x. */
export function isBlotted(text: string): boolean {
  return ADDRESS.test(text) || (text.match(MAC) ?? []).some((mac) => /[x?#]/i.test(mac));
}
