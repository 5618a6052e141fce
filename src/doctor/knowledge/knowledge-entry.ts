import type { FindingId } from '../../model/finding.ts';

export type Printer =
  | 'UEFI firmware (PXE)'
  | 'UEFI firmware (HTTP Boot)'
  | 'UEFI firmware (Secure Boot)'
  | 'BIOS network card ROM (Intel PXE 2.x)'
  | 'iPXE'
  | 'pxelinux'
  | 'GRUB'
  | 'shim'
  | 'Linux kernel'
  | 'casper (Ubuntu initrd)'
  | 'cloud-init and the Ubuntu installer'
  | 'dnsmasq'
  | 'pxectl';

/** One possible cause: a finding that doctor can check, or a thing that only the user can see. */
export type KnownCause =
  | { readonly finding: FindingId; /** what tells it from the other causes */ readonly tell: string }
  | { readonly text: string; readonly fix: readonly string[] };

/** What a message on a screen means. */
export interface KnowledgeEntry {
  /** stable, for anchors: `edk2-pxe-e21` */
  readonly id: string;
  /** `PXE-E21`, or the six significant digits of an iPXE code */
  readonly code?: string;
  /** as users see it; the first is the usual spelling. `…` stands for what changes */
  readonly texts: readonly string[];
  readonly printedBy: Printer;
  readonly meaning: string;
  /** most likely first; empty when the message is harmless */
  readonly causes: readonly KnownCause[];
  readonly source: string;
}

/** An entry in the order in which it is read: who says what, what it means, why, and where that is from. */
export function said(
  printedBy: Printer,
  id: string,
  texts: readonly string[],
  meaning: string,
  causes: readonly KnownCause[],
  source: string,
): KnowledgeEntry {
  return { id, texts, printedBy, meaning, causes, source };
}
