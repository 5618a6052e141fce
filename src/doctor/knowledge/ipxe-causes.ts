import type { KnownCause } from './knowledge-entry.ts';

const TLS_CLOCK: KnownCause = {
  text: "the certificate is not accepted: expired, of an unknown authority, for another name, or the machine's clock is wrong",
  fix: ['use http on the LAN, or set the clock and embed the certificate authority in iPXE'],
};
const TLS_OLD: KnownCause = {
  text: 'iPXE and the server have no cipher or TLS version in common',
  fix: ['use http on the LAN, or a newer iPXE'],
};
const DNS: KnownCause = {
  text: 'a host name in the URL, and no DNS server that knows it',
  fix: ['write the IP address into the URL'],
};
const LINK: KnownCause = {
  text: 'no link, or a switch that waits for spanning tree after iPXE started the card again',
  fix: [
    'check the cable; switch the port to "edge" (portfast)',
    'use snponly.efi or undionly.kpxe: they do not restart the card',
  ],
};
const HTTP_TIMEOUT: readonly KnownCause[] = [
  { finding: 'http-blocked', tell: 'curl from another machine fails too' },
  { finding: 'wrong-server-address', tell: 'the URL names another host' },
];
const TFTP_TIMEOUT: readonly KnownCause[] = [
  { finding: 'tftp-blocked', tell: 'the request arrives at the server' },
  { finding: 'wrong-server-address', tell: 'the URL on the screen names another host' },
];
const NOT_EXECUTABLE: readonly KnownCause[] = [
  {
    text: 'what came is no program or script for this iPXE: an HTML error page, a script without #!ipxe in its first line, or a program for another CPU or for BIOS',
    fix: ['look at it: curl URL | head -c 64', 'a script begins with #!ipxe'],
  },
  { finding: 'loader-arch-mismatch', tell: 'the file is a program' },
];
const SECURE: readonly KnownCause[] = [
  { finding: 'unsigned-loader-under-secure-boot', tell: 'Secure Boot is on in the set-up' },
  { finding: 'loader-arch-mismatch', tell: 'the program is for another CPU' },
];

/**
 * Causes of iPXE errors, by the six (or eight) digits of the code, else by errno and source file, else by errno.
 */
export const IPXE_CAUSES: ReadonlyMap<string, readonly KnownCause[]> = new Map<string, readonly KnownCause[]>(
  [
    [
      '040ee1',
      [
        { finding: 'no-dhcp-server', tell: 'no server offers an address' },
        LINK,
        { finding: 'no-discover-seen', tell: 'nothing of the machine arrives at the server' },
      ],
    ],
    [
      '2d03e1',
      [
        { finding: 'offer-without-boot-file', tell: 'the answer to iPXE names no file' },
        { finding: 'wrong-server-address', tell: 'next-server in the answer to iPXE is 0.0.0.0' },
        { finding: 'no-boot-service-for-arch', tell: 'the boot server has nothing for iPXE' },
        {
          text: 'the proxy offer came later than 2 seconds, the time that iPXE waits',
          fix: [
            'take dhcp-reply-delay out of dnsmasq.conf',
            'put autoexec.ipxe beside the loader: it needs no second offer',
          ],
        },
      ],
    ],
    ['2d0c61', [{ finding: 'http-file-missing', tell: "the server's log shows 404 for the URL" }]],
    [
      '2d1261',
      [
        { finding: 'loader-missing', tell: 'the server\'s log says "not found"' },
        {
          text: 'autoexec.ipxe is missing and iPXE has a script inside: harmless',
          fix: ['put autoexec.ipxe beside the loader if iPXE goes no further'],
        },
      ],
    ],
    ['3e1162', [DNS]],
    ['3e1161', [DNS]],
    ['4c1260', TFTP_TIMEOUT],
    ['4c0a60', HTTP_TIMEOUT],
    ['4c1160', [DNS]],
    [
      '4c1060',
      [
        { finding: 'no-dhcp-server', tell: 'no server offers an address' },
        { finding: 'port-4011-silent', tell: '"PXEBS" or "ProxyDHCP" on the same line' },
        LINK,
      ],
    ],
    ['4c3760', [{ finding: 'wrong-server-address', tell: 'no host has the address' }]],
    ['021260', [{ finding: 'tftp-access-denied', tell: 'the server\'s log says "cannot access"' }]],
    ['0f0a60', HTTP_TIMEOUT],
    ['0e0a60', HTTP_TIMEOUT],
    ['1d0c64', [{ finding: 'http-file-missing', tell: 'the server answers 4xx' }]],
    ['1d0c65', [{ text: 'the HTTP server failed (5xx)', fix: ['pxectl logs'] }]],
    [
      '410c61',
      [
        {
          text: 'the HTTP server forbids the file (403): its mode, or a seed that is for another machine',
          fix: ['check the mode of the file and the folders above it'],
        },
      ],
    ],
    [
      '020c61',
      [
        {
          text: 'the HTTP server wants a user name (401)',
          fix: ['give it in the URL: http://USER:PASSWORD@HOST/PATH'],
        },
      ],
    ],
    ['380861', [LINK]],
    ['1a0863', [LINK]],
    ['1a0862', [LINK]],
    ['0216e4', [TLS_CLOCK]],
    ['0216e6', [TLS_CLOCK]],
    ['0216ea', [TLS_CLOCK]],
    ['3c0de1', [TLS_OLD]],
    ['3c0de3', [TLS_OLD]],
    ['3c0de4', [TLS_OLD]],
    ['2e0080', NOT_EXECUTABLE],
    ['7f0481', SECURE],
    ['7f0482', SECURE],
    [
      '7f04819a',
      [{ finding: 'unsigned-loader-under-secure-boot', tell: 'the firmware says "security violation"' }],
    ],
    [
      '7f04829a',
      [{ finding: 'unsigned-loader-under-secure-boot', tell: 'the firmware says "security violation"' }],
    ],
    [
      '020081',
      [
        {
          text: 'imgtrust is on and the image is not verified',
          fix: ['imgverify IMAGE SIGNATURE, or leave imgtrust out'],
        },
      ],
    ],
    ['ENOENT/tftp', [{ finding: 'loader-missing', tell: 'the server\'s log says "not found"' }]],
    ['ENOENT/httpcore', [{ finding: 'http-file-missing', tell: "the server's log shows 404 for the URL" }]],
    ['ETIMEDOUT/tftp', TFTP_TIMEOUT],
    ['ETIMEDOUT/tcp', HTTP_TIMEOUT],
    ['ETIMEDOUT/httpcore', HTTP_TIMEOUT],
    ['ECONNREFUSED', HTTP_TIMEOUT],
    ['ECONNRESET', HTTP_TIMEOUT],
    ['ETIMEDOUT', TFTP_TIMEOUT],
    ['ENOEXEC', NOT_EXECUTABLE],
    ['ENOTCONN', [LINK]],
    [
      'ENETUNREACH',
      [
        {
          finding: 'wrong-server-address',
          tell: 'the address is in another network and the lease has no router',
        },
      ],
    ],
    [
      'EHOSTUNREACH',
      [
        { finding: 'wrong-server-address', tell: 'no host has the address' },
        { finding: 'http-blocked', tell: 'the host answers with ICMP' },
      ],
    ],
    [
      'ENOMEM',
      [
        {
          text: 'too little memory for the file',
          fix: ['give the machine more memory, or boot a smaller image'],
        },
      ],
    ],
    [
      'ENOSPC',
      [
        {
          text: 'too little memory for the file',
          fix: ['give the machine more memory, or boot a smaller image'],
        },
      ],
    ],
    [
      'EACCES',
      [TLS_CLOCK, { finding: 'tftp-access-denied', tell: 'the server\'s log says "cannot access"' }],
    ],
    ['ECANCELED', [{ finding: 'boot-cancelled-by-key', tell: 'Ctrl-C was pressed' }]],
  ],
);
