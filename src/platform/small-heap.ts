import { setFlagsFromString } from 'node:v8';

/**
 * From now on garbage is collected when the heap has grown by half. V8 lets it grow to four times what is needed, which a
 * gigabyte of input fills with what was read and forgotten. The room for new objects grows no more either.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
  setFlagsFromString('--semi-space-growth-factor=1');
}
