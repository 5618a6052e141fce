/** One client system architecture type of option 93. */
export interface Architecture {
  readonly code: number;
  readonly name: string;
  /** the word for it in a dnsmasq `pxe-service` line; dnsmasq takes the number where there is none */
  readonly dnsmasqName?: string;
  /** fetches its boot program over HTTP and says HTTPClient in option 60 */
  readonly isHttp: boolean;
}

const arch = (code: number, name: string, dnsmasqName?: string, isHttp = false): Architecture =>
  dnsmasqName === undefined ? { code, name, isHttp } : { code, name, dnsmasqName, isHttp };
const http = (code: number, name: string): Architecture => arch(code, name, undefined, true);

/**
 * IANA "Processor Architecture Types" (begun by RFC 4578 §2.1, whose text swaps 7 and 9: erratum 4625; real x64
 * firmware sends 7). dnsmasq names since 2.76; before it 7 and 9 were swapped there too.
 */
export const ARCHITECTURES: readonly Architecture[] = [
  arch(0, 'x86 BIOS', 'x86PC'),
  arch(1, 'NEC PC-98', 'PC98'),
  arch(2, 'Itanium', 'IA64_EFI'),
  arch(3, 'DEC Alpha', 'Alpha'),
  arch(4, 'Arc x86', 'Arc_x86'),
  arch(5, 'Intel Lean Client', 'Intel_Lean_Client'),
  arch(6, 'x86 UEFI', 'IA32_EFI'),
  arch(7, 'x64 UEFI', 'x86-64_EFI'),
  arch(8, 'Xscale UEFI', 'Xscale_EFI'),
  arch(9, 'EFI byte code', 'BC_EFI'),
  arch(10, 'ARM 32-bit UEFI', 'ARM32_EFI'),
  arch(11, 'ARM 64-bit UEFI', 'ARM64_EFI'),
  arch(12, 'PowerPC Open Firmware'),
  arch(13, 'PowerPC ePAPR'),
  arch(14, 'POWER OPAL v3'),
  http(15, 'x86 UEFI HTTP'),
  http(16, 'x64 UEFI HTTP'),
  http(17, 'EFI byte code HTTP'),
  http(18, 'ARM 32-bit UEFI HTTP'),
  http(19, 'ARM 64-bit UEFI HTTP'),
  http(20, 'x86 BIOS HTTP'),
  arch(21, 'ARM 32-bit U-Boot'),
  arch(22, 'ARM 64-bit U-Boot'),
  http(23, 'ARM 32-bit U-Boot HTTP'),
  http(24, 'ARM 64-bit U-Boot HTTP'),
  arch(25, 'RISC-V 32-bit UEFI'),
  http(26, 'RISC-V 32-bit UEFI HTTP'),
  arch(27, 'RISC-V 64-bit UEFI'),
  http(28, 'RISC-V 64-bit UEFI HTTP'),
  arch(29, 'RISC-V 128-bit UEFI'),
  http(30, 'RISC-V 128-bit UEFI HTTP'),
  arch(31, 's390 basic'),
  arch(32, 's390 extended'),
  arch(33, 'MIPS 32-bit UEFI'),
  arch(34, 'MIPS 64-bit UEFI'),
  arch(35, 'Sunway 32-bit UEFI'),
  arch(36, 'Sunway 64-bit UEFI'),
  arch(37, 'LoongArch 32-bit UEFI'),
  http(38, 'LoongArch 32-bit UEFI HTTP'),
  arch(39, 'LoongArch 64-bit UEFI'),
  http(40, 'LoongArch 64-bit UEFI HTTP'),
];

const byCode = new Map(ARCHITECTURES.map((entry) => [entry.code, entry]));

/** The registry entry, or undefined for a code that IANA has not assigned. */
export function architectureOf(code: number): Architecture | undefined {
  return byCode.get(code);
}

/** `x64 UEFI (7)`, or `unknown architecture (4711)`. */
export function architectureText(code: number): string {
  return `${byCode.get(code)?.name ?? 'unknown architecture'} (${code})`;
}
