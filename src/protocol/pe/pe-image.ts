import { ProtocolError } from '../protocol-error.ts';

/** CPU of a PE image. Microsoft PE format, "Machine Types". */
export type PeMachine = 'ia32' | 'x64' | 'arm64' | 'arm' | 'riscv64' | 'loongarch64';

const MACHINES: Readonly<Record<number, PeMachine>> = {
  0x014c: 'ia32',
  0x8664: 'x64',
  0xaa64: 'arm64',
  0x01c2: 'arm',
  0x5064: 'riscv64',
  0x6264: 'loongarch64',
};

export interface PeImage {
  /** undefined for a machine type we have no name for; see `machineCode` */
  readonly machine: PeMachine | undefined;
  readonly machineCode: number;
  /** 10 application, 11 boot service driver, 12 runtime driver */
  readonly subsystem: number;
  /** true when there is a certificate table with at least one entry: Secure Boot can check this file */
  readonly isSigned: boolean;
}

/**
 * Reads the headers of an EFI program.
 * @param bytes at least the headers (the first 4 KiB do)
 * @param fileSizeBytes size of the whole file, to check the certificate table against; default: of `bytes`
 * @throws ProtocolError when it is no PE image or its headers are cut
 */
export function decodePe(bytes: Uint8Array, fileSizeBytes = bytes.length): PeImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (offset: number, length: number, what: string): void => {
    if (offset + length > bytes.length) throw new ProtocolError('pe', offset, `${what} is cut off`);
  };
  need(0, 64, 'the DOS header');
  if (view.getUint16(0, true) !== 0x5a4d) throw new ProtocolError('pe', 0, 'no MZ signature');
  const pe = view.getUint32(0x3c, true);
  need(pe, 24, 'the PE header');
  if (view.getUint32(pe, true) !== 0x4550) throw new ProtocolError('pe', pe, 'no PE signature');
  const machineCode = view.getUint16(pe + 4, true);
  const optionalSize = view.getUint16(pe + 20, true);
  const optional = pe + 24;
  need(optional, Math.max(optionalSize, 70), 'the optional header');
  const magic = view.getUint16(optional, true);
  if (magic !== 0x10b && magic !== 0x20b) {
    throw new ProtocolError('pe', optional, `unknown optional header 0x${magic.toString(16)}`);
  }
  const countAt = optional + (magic === 0x20b ? 108 : 92);
  const directories = optionalSize >= countAt + 4 - optional ? view.getUint32(countAt, true) : 0;
  // data directory 4 is the certificate table, and its address is a file offset
  const entry = countAt + 4 + 4 * 8;
  let isSigned = false;
  if (directories > 4 && entry + 8 <= optional + optionalSize) {
    const offset = view.getUint32(entry, true);
    const size = view.getUint32(entry + 4, true);
    if (size > 0 && offset + size > fileSizeBytes) {
      throw new ProtocolError('pe', entry, 'the certificate table lies behind the end of the file');
    }
    isSigned = size >= 8;
  }
  return {
    machine: MACHINES[machineCode],
    machineCode,
    subsystem: view.getUint16(optional + 68, true),
    isSigned,
  };
}
