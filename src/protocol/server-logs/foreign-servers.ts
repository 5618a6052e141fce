/** Servers whose logs are known by sight and not read. */
const FOREIGN_SERVERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'Tiny PXE Server',
    /(?:^|\s)(?:P?DHCPd|DHCPc|TF[TP]Pd|HTTPd):(?:\S|\s)|(?:DHCPd|TF[TP]Pd|HTTPd) [\d.]+:\d+ started/,
  ],
  ['iVentoy', /\biVentoy\b|iventoy_loader|\biventoy\b/i],
  ['Windows Deployment Services', /\bWDS(?:Server|PXE|MC|TFTP)\b|\[WDS|wdsnbp|Windows Deployment Services/i],
  ['Configuration Manager (SMSPXE)', /\bSMSPXE\b|SMS PXE|SMSDPProv/i],
  [
    'the Windows DHCP server',
    /^\d\d,\d\d\/\d\d\/\d\d,\d\d:\d\d:\d\d,(?:Assign|Renew|NACK|DNS|BOOTP|Release|Started)/,
  ],
  [
    'Tftpd64',
    /\bRcvd DHCP (?:Discover|Rqst|Inform)|Tftpd(?:32|64)|Connection received from [\d.]+ on port \d+|<[^\s<>]+>: sent \d+ blks/,
  ],
  ['Serva', /\bServa(?:32|64)?\b|\] (?:TFTP|DHCP|HTTP) (?:Inf|Err|Wrn): /],
  ['bootimus', /\bbootimus\b/],
  ['pixiecore', /\[(?:DHCP|TFTP|HTTP)\] (?:Offering to boot|Sent|Serving|Construct)|\bpixiecore\b/i],
  ['MAAS', /\bmaas(?:\.|-)?(?:rackd|regiond|agent)\b|provisioningserver\./i],
  ['Foreman', /\bforeman-proxy\b|\bsmart-proxy\b/i],
  ['FOG', /\bFOGService\b|\bfogserver\b/i],
  ['Cobbler', /\bcobblerd?\b/i],
  [
    'booter or smee (Tinkerbell)',
    /"(?:caller|service)":"(?:smee|boots)|\btinkerbell\/(?:smee|boots)\b|^(?:smee|boots|ipxedust): /i,
  ],
  ['udhcpd', /\budhcpd(?:\[\d+\])?: /],
  ['odhcpd', /\bodhcpd(?:\[\d+\])?: /],
  ['RouterOS', /\b(?:dhcp|tftp),(?:info|debug|warning|error|packet)(?:,\w+)* /],
  ['a TFTP server in Python (py3tftp, tftpy, fbtftp)', /\b(?:py3tftp|tftpy|fbtftp)\b/i],
];

/** The name of the server that such a line is of; undefined when it is not known. */
export function foreignServerOf(text: string): string | undefined {
  return FOREIGN_SERVERS.find(([, pattern]) => pattern.test(text))?.[0];
}
