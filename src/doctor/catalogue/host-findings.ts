import type { FindingDescription } from './finding-description.ts';

/** What is wrong on the server itself, or in its configuration. */
export const HOST_FINDINGS: Readonly<Record<string, FindingDescription>> = {
  'port-in-use': {
    severity: 'error',
    title: 'another program holds a port that the boot server needs',
    cause: 'Only one program can answer on a port.',
    fix: ['stop the other program, or set another http.port in pxectl.yaml'],
    codes: ['Address already in use'],
  },
  'privilege-missing': {
    severity: 'error',
    title: 'this user may not open the ports of a boot server',
    cause:
      'Ports below 1024 and raw sockets need root or the capabilities NET_BIND_SERVICE, NET_RAW and NET_ADMIN.',
    fix: ['sudo pxectl up', 'in a container: cap_add: [NET_ADMIN, NET_RAW]'],
    codes: [
      'process is missing required capability NET_ADMIN',
      'Operation not permitted',
      'Permission denied',
    ],
  },
  'firewall-blocks': {
    severity: 'error',
    title: 'the firewall of this host drops boot requests',
    cause: 'The rules drop or reject packets to a port that network boot needs.',
    fix: [
      'sudo ufw allow 67,69,4011/udp && sudo ufw allow 8080/tcp',
      'firewalld: sudo firewall-cmd --permanent --add-service=dhcp --add-service=tftp --add-port=4011/udp --add-port=8080/tcp && sudo firewall-cmd --reload',
    ],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E22', 'PXE-E32', 'PXE-E51', 'PXE-E55'],
  },
  'container-not-on-host-network': {
    severity: 'error',
    title: "the container is not on the host's network",
    cause:
      'Broadcasts do not reach a bridge network, and TFTP answers do not come back through its address translation.',
    fix: [
      'network_mode: host',
      'on Docker Desktop (macOS, Windows) there is no host network: run pxectl up --engine builtin on the machine itself',
    ],
    codes: ['PXE-E16', 'PXE-E51', 'PXE-E18', 'PXE-E32'],
  },
  'dnsmasq-version-broken': {
    severity: 'error',
    title: 'this version of dnsmasq does not answer network boot correctly',
    cause: 'dnsmasq 2.92 sends its answer from port 4011 to the broadcast address instead of to the client.',
    fix: ['use dnsmasq 2.91 or 2.93 and later, or pxectl up --engine builtin'],
    codes: ['PXE-E55', 'PXE-E16', 'PXEBS'],
  },
  'proxy-without-pxe-service': {
    severity: 'error',
    title: 'dnsmasq as proxy stays silent without a pxe-service line',
    cause:
      'dnsmasq does no PXE work at all until there is one pxe-service or pxe-prompt; dhcp-boot alone does nothing in proxy mode.',
    fix: ['pxe-service=X86-64_EFI,"Network boot",ipxe.efi', 'pxe-service=BC_EFI,"Network boot",ipxe.efi'],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E51', 'PXE-E53'],
  },
  'dhcp-boot-overridden': {
    severity: 'warning',
    title: 'dhcp-boot has no effect for this architecture',
    cause:
      'When exactly one pxe-service line matches a UEFI client, dnsmasq takes the file from it and ignores dhcp-boot.',
    fix: ['keep the file in one place: in pxe-service for UEFI, in dhcp-boot for BIOS and iPXE'],
    codes: [],
  },
  'dns-port-enabled': {
    severity: 'warning',
    title: 'dnsmasq also wants to be a DNS server',
    cause:
      'Without port=0 dnsmasq opens port 53, which systemd-resolved often holds: it then does not start, or answers DNS for the network.',
    fix: ['port=0'],
    codes: ['failed to create listening socket for port 53'],
  },
  'proxy-range-mismatch': {
    severity: 'error',
    title: 'the proxy range is not the network of the interface',
    cause: 'dnsmasq answers on an interface only when its address lies in the network of dhcp-range.',
    fix: ['dhcp-range=NETWORK,proxy,NETMASK'],
    codes: ['no address range available', 'PXE-E16', 'PXE-E51'],
  },
  'dhcp-range-not-proxy': {
    severity: 'warning',
    title: 'dnsmasq leases addresses beside the router',
    cause:
      'dhcp-range without "proxy" makes dnsmasq a full DHCP server: two of them on one network disturb each other.',
    fix: [
      'dhcp-range=NETWORK,proxy,NETMASK',
      "or limit the leases to PXE clients with tags: pxectl's mode: pxe-only does it",
    ],
    codes: ['PXE-E07', 'PXE-E21'],
  },
  'pxe-service-suffix': {
    severity: 'warning',
    title: 'dnsmasq will append ".0" to this name',
    cause: 'A name in pxe-service without a dot gets ".0" appended.',
    fix: ['write the whole name with its ending'],
    codes: ['PXE-E23', 'PXE-T01'],
  },
  'proxy-offer-late': {
    severity: 'warning',
    title: 'the proxy offer comes too late for iPXE',
    cause: 'iPXE waits two seconds for a proxy offer; dhcp-reply-delay holds it back for longer.',
    fix: ['dhcp-reply-delay=1'],
    codes: ['2d03e1'],
  },
  'tftp-not-served': {
    severity: 'error',
    title: "clients are sent to this server's TFTP, which is off",
    cause:
      'A boot file without a server address makes dnsmasq itself the TFTP server, and enable-tftp or tftp-root is missing.',
    fix: ['enable-tftp', 'tftp-root=/srv/tftp'],
    codes: ['PXE-E32', 'PXE-E18', 'PXE-E22'],
  },
  'config-option-unknown': {
    severity: 'info',
    title: 'an option that doctor does not know',
    cause: 'It is kept as it is; dnsmasq itself may know it.',
    fix: ['check it: dnsmasq --test --conf-file=FILE'],
    codes: [],
  },
  'config-unreadable': {
    severity: 'error',
    title: 'dnsmasq cannot use this configuration',
    cause: 'dnsmasq itself refuses the file.',
    fix: ['dnsmasq --test --conf-file=FILE tells the line'],
    codes: [],
  },
  'interface-missing': {
    severity: 'error',
    title: 'the network interface of the configuration is not there',
    cause: 'The name is wrong, the cable or card is gone, or it is called differently on this host.',
    fix: [
      'ip -brief address',
      'pxectl init --force looks at the network again and changes nothing else of the file',
    ],
    codes: ['unknown interface', 'PXE-E16', 'PXE-E51'],
  },
  'address-not-on-interface': {
    severity: 'error',
    title: 'the configured address is not on the interface',
    cause: 'Clients would be sent to an address at which this host does not answer.',
    fix: [
      'ip -brief address',
      'pxectl init --force looks at the network again and changes nothing else of the file',
    ],
    codes: ['PXE-E18', 'PXE-E32'],
  },
  'interface-down': {
    severity: 'error',
    title: 'the network interface has no link',
    cause: 'No cable, or the switch port is off.',
    fix: ['check the cable and the switch port; sudo ip link set IF up'],
    codes: ['PXE-E16', 'PXE-E51'],
  },
  'address-in-use': {
    severity: 'error',
    title: 'another machine uses the address of the boot server',
    cause:
      "Two machines with one address take each other's packets: boots stop halfway, now on one machine and now on another. " +
      'Mostly the address is in the range that the router leases.',
    fix: [
      'give this host an address outside the range of the router, and write it into network.address of pxectl.yaml',
      'see who it is: ip neigh; its MAC address is in the evidence',
    ],
    codes: ['PXE-E18', 'PXE-E32', 'PXE-E11'],
  },
  'engine-not-answering': {
    severity: 'error',
    title: 'the running servers do not answer',
    cause:
      'pxectl plays a client of its own servers while it is up. They were asked again after being opened anew, and are still silent.',
    fix: [
      'pxectl logs',
      'pxectl down, then pxectl up',
      'pxectl doctor looks at firewall, ports and interface',
    ],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E51', 'PXE-E53'],
  },
  'config-invalid': {
    severity: 'error',
    title: 'pxectl.yaml cannot be used',
    cause: 'A value is wrong or missing.',
    fix: ['mend the line that the evidence names; docs/config.md has every key'],
    codes: [],
  },
  'image-not-fetched': {
    severity: 'error',
    title: 'an image of the configuration is not in the store',
    cause: 'It was never fetched, or its folder was removed.',
    fix: ['pxectl fetch IMAGE'],
    codes: ['2d0c61', 'PXE-E23'],
  },
  'loader-damaged': {
    severity: 'error',
    title: 'a loader file is damaged or not what it is called',
    cause: 'Its size, checksum or file type is not the one of the manifest.',
    fix: ['pxectl fetch IMAGE'],
    codes: ['PXE-E23', '2e0080', 'Booting kernel failed: invalid argument'],
  },
  'no-pxe-in-log': {
    severity: 'info',
    title: 'there is no network boot in this file',
    cause: 'No DHCP packet of a PXE client and no TFTP or HTTP boot request was found in it.',
    fix: [
      'record while the machine tries to boot; for dnsmasq add log-dhcp',
      'sudo tcpdump -i IF -w boot.pcap "udp port 67 or udp port 68 or udp port 69 or udp port 4011"',
    ],
    codes: [],
  },
  'capture-cut-short': {
    severity: 'info',
    title: 'the capture file ends in the middle of a packet',
    cause: 'The recording was stopped hard or copied before it was finished; what is there was read.',
    fix: [],
    codes: [],
  },
};
