/** The options that pxectl reads or writes, by their IANA number. */
export const DHCP_OPTION = {
  pad: 0, // RFC 2132 §3.1
  subnetMask: 1, // RFC 2132 §3.3
  router: 3, // RFC 2132 §3.5
  dnsServers: 6, // RFC 2132 §3.8
  hostName: 12, // RFC 2132 §3.14
  broadcastAddress: 28, // RFC 2132 §5.3
  vendorSpecific: 43, // RFC 2132 §8.4; PXE 2.1 table 2-1
  requestedAddress: 50, // RFC 2132 §9.1
  leaseTime: 51, // RFC 2132 §9.2
  overload: 52, // RFC 2132 §9.3
  messageType: 53, // RFC 2132 §9.6
  serverId: 54, // RFC 2132 §9.7
  parameterRequestList: 55, // RFC 2132 §9.8
  message: 56, // RFC 2132 §9.9
  maxMessageSize: 57, // RFC 2132 §9.10
  renewalTime: 58, // RFC 2132 §9.11
  rebindingTime: 59, // RFC 2132 §9.12
  vendorClass: 60, // RFC 2132 §9.13
  clientId: 61, // RFC 2132 §9.14
  tftpServerName: 66, // RFC 2132 §9.4
  bootFileName: 67, // RFC 2132 §9.5
  userClass: 77, // RFC 3004
  relayAgentInformation: 82, // RFC 3046
  clientArchitecture: 93, // RFC 4578 §2.1
  clientNetworkInterface: 94, // RFC 4578 §2.2
  clientMachineId: 97, // RFC 4578 §2.3
  subnetSelection: 118, // RFC 3011
  ipxeEncapsulated: 175, // iPXE, used without an RFC
  end: 255, // RFC 2132 §3.2
} as const;

const NAMES: Readonly<Record<number, string>> = {
  1: 'subnet mask',
  2: 'time offset',
  3: 'router',
  4: 'time server',
  5: 'name server',
  6: 'DNS server',
  12: 'host name',
  13: 'boot file size',
  15: 'domain name',
  17: 'root path',
  18: 'extensions path',
  22: 'max reassembly size',
  23: 'default TTL',
  28: 'broadcast address',
  40: 'NIS domain',
  41: 'NIS servers',
  42: 'NTP servers',
  43: 'vendor-specific',
  50: 'requested address',
  51: 'lease time',
  52: 'overload',
  53: 'message type',
  54: 'server id',
  55: 'parameter request list',
  56: 'message',
  57: 'max message size',
  58: 'renewal time',
  59: 'rebinding time',
  60: 'vendor class',
  61: 'client id',
  66: 'TFTP server name',
  67: 'boot file name',
  77: 'user class',
  82: 'relay agent information',
  93: 'client architecture',
  94: 'client network interface',
  97: 'client machine id',
  118: 'subnet selection',
  119: 'domain search',
  175: 'iPXE',
};

/** `boot file name` for 67, `option 211` for one without a name here. */
export function optionName(code: number): string {
  return NAMES[code] ?? `option ${code}`;
}
