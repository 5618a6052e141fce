import { ProtocolError } from '../protocol-error.ts';
import { decodeOption43, DISCOVERY_CONTROL, type PxeOptions } from './option43.ts';

/** What the PXE options of a packet tell the firmware to do, in words; for bytes that are no PXE options the hex. */
export function summariseOption43(data: Uint8Array): string {
  try {
    return describe(decodeOption43(data)) || 'empty';
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return `not PXE: ${hexBytes(data)}`;
  }
}

function describe(options: PxeOptions): string {
  const parts: string[] = [];
  if (options.discoveryControl !== undefined) {
    const useBootFile = (options.discoveryControl & DISCOVERY_CONTROL.useBootFile) !== 0;
    parts.push(`discovery control ${options.discoveryControl}${useBootFile ? ' (use the boot file)' : ''}`);
  }
  if (options.multicastAddress !== undefined) parts.push(`multicast ${options.multicastAddress}`);
  for (const { type, addresses } of options.bootServers ?? []) {
    parts.push(`boot server ${type}: ${addresses.join(' ')}`);
  }
  for (const { type, text } of options.bootMenu ?? []) {
    parts.push(`menu item ${type}${type === 0 ? ' (local boot)' : ''} ${JSON.stringify(text)}`);
  }
  if (options.menuPrompt !== undefined) {
    const { timeoutSeconds, text } = options.menuPrompt;
    parts.push(`prompt ${JSON.stringify(text)} after ${timeoutSeconds} s`);
  }
  if (options.bootItem !== undefined) parts.push(`boot item ${options.bootItem.type}`);
  for (const { code, data } of options.others) parts.push(`sub-option ${code}: ${hexBytes(data)}`);
  return parts.join(', ');
}

function hexBytes(data: Uint8Array): string {
  return Array.from(data.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
