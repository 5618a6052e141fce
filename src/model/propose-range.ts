import { ipv4FromNumber, ipv4ToNumber, networkOf, type Ipv4Address } from '../protocol/addresses.ts';

/** Last numbers of the address: above what home routers lease first, below what they keep for themselves. */
const USUAL_RANGES = [
  [200, 220],
  [150, 170],
] as const;
const RANGE_SIZE = 21;

/** `FIRST-LAST` in the network of `address`, without that address: for a person to check, nobody was asked. */
export function proposeRange(address: Ipv4Address, prefix: number): string {
  const self = ipv4ToNumber(address);
  const lowest = ipv4ToNumber(networkOf(address, prefix).network) + 1;
  const highest = lowest + 2 ** (32 - prefix) - 3;
  const base = self - (self % 256);
  for (const [from, to] of USUAL_RANGES) {
    const [first, last] = [base + from, base + to];
    if (first >= lowest && last <= highest && (self < first || self > last)) return text(first, last);
  }
  return highest - self >= self - lowest
    ? text(Math.max(self + 1, highest - RANGE_SIZE + 1), highest)
    : text(Math.max(lowest, self - RANGE_SIZE), self - 1);
}

const text = (first: number, last: number): string => `${ipv4FromNumber(first)}-${ipv4FromNumber(last)}`;
