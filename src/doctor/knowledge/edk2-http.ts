import type { KnowledgeEntry, KnownCause } from './knowledge-entry.ts';

const SOURCE = 'EDK2 NetworkPkg/HttpBootDxe/HttpBootImpl.c';

function entry(
  id: string,
  texts: readonly string[],
  meaning: string,
  causes: readonly KnownCause[],
): KnowledgeEntry {
  return {
    id: `edk2-http-${id}`,
    texts,
    printedBy: 'UEFI firmware (HTTP Boot)',
    meaning,
    causes,
    source: SOURCE,
  };
}

/** What UEFI firmware prints when it boots by HTTP. */
export const EDK2_HTTP: readonly KnowledgeEntry[] = [
  entry(
    'file-size',
    ['Error: Could not retrieve NBP file size from HTTP server.'],
    'No usable offer with a URL came, or the HTTP server did not tell the size of the file.',
    [
      { finding: 'http-client-unanswered', tell: 'no "URI:" line before it: no DHCP answer for HTTPClient' },
      { finding: 'http-file-missing', tell: '"Client Error: 404 Not Found" before it' },
      {
        text: 'the HTTP server answers HEAD without Content-Length, or an unknown Content-Type with a name that does not end in .efi',
        fix: ['test it: curl -I URL', 'serve the loader under a name that ends in .efi'],
      },
    ],
  ),
  entry(
    'timeout',
    ['Error: Server response timeout.'],
    'No usable DHCP answer, or the HTTP server did not answer.',
    [
      { finding: 'http-client-unanswered', tell: 'no "URI:" line before it' },
      { finding: 'http-blocked', tell: 'the "URI:" line is there' },
      { finding: 'no-dhcp-server', tell: 'no server gives an address' },
    ],
  ),
  entry(
    'connection',
    ['Error: Could not establish connection with HTTP server.'],
    'The connection was refused.',
    [
      { finding: 'http-blocked', tell: 'curl from another machine fails too' },
      { finding: 'wrong-server-address', tell: 'the URL names another host' },
    ],
  ),
  entry('cancelled', ['Error: Remote boot cancelled.'], 'ESC was pressed.', [
    { finding: 'boot-cancelled-by-key', tell: 'ESC was pressed, or a stuck key' },
  ]),
  entry(
    '404',
    ['Client Error: 404 Not Found', 'HTTP ERROR: 404'],
    'The HTTP server does not have the file.',
    [{ finding: 'http-file-missing', tell: "the server's log shows 404 for the URL" }],
  ),
  entry(
    'server-error',
    ['Server Error: 503 Service Unavailable', 'Server Error: 500 …'],
    'The HTTP server failed.',
    [{ text: "the HTTP server's own log tells why", fix: ['pxectl logs'] }],
  ),
  entry(
    'redirect',
    ['Redirection: 302 Found', 'HTTP ERROR: Resource Redirected. New Location: …'],
    'The server sends the client elsewhere; firmware does not follow.',
    [{ text: 'the URL is redirected, often to https', fix: ['give the URL at which the file really is'] }],
  ),
  entry(
    'uri',
    ['Error: Invalid URI address.'],
    'The boot file in the answer is no http:// or https:// URL.',
    [
      {
        text: 'the HTTP Boot client was given a TFTP path',
        fix: [
          'give arch 16 and 19 a URL: dhcp-boot=tag:httpclient,tag:http64,http://ADDRESS:8080/loaders/ipxe/snponly-x64.efi,,ADDRESS',
        ],
      },
    ],
  ),
  entry(
    'https-only',
    ['Error: Access forbidden, only HTTPS connection is allowed.'],
    'This firmware was built to refuse plain HTTP.',
    [
      {
        text: 'plain http is switched off in the firmware',
        fix: ['serve the loader over https with a certificate that the firmware knows, or boot by PXE'],
      },
    ],
  ),
  entry(
    'dns',
    ['Error: Could not retrieve the host address from DNS server.', 'DNS resolution failed - …'],
    'The URL holds a name, and no DNS server answered.',
    [{ text: 'a host name in the URL', fix: ['write the IP address into the URL'] }],
  ),
  entry('link', ['Error: Could not detect network connection.'], 'The network card sees no link.', [
    { text: 'cable or switch port', fix: ['check cable and lights'] },
  ]),
  entry(
    'ram-disk',
    ['Error: Could not register RAM disk to the system.'],
    'An ISO was loaded and cannot be offered as a disk.',
    [
      {
        text: 'too little memory, or no RAM disk driver in this firmware',
        fix: ['boot a loader (.efi) instead of an ISO'],
      },
    ],
  ),
  entry(
    'buffer',
    ['Error: Buffer size is smaller than the requested file.'],
    'The file grew while it was read.',
    [{ text: 'the file was replaced meanwhile', fix: ['start the machine again'] }],
  ),
  entry(
    'memory',
    ['Error: Could not allocate I/O buffers.'],
    'The firmware has too little memory for the file.',
    [{ text: 'the file is larger than the free memory', fix: ['boot a loader (.efi) instead of an ISO'] }],
  ),
  entry(
    'device',
    ['Error: Network device error.'],
    'The network card or its driver failed, or a DHCP server refused.',
    [{ finding: 'second-dhcp-server', tell: 'a NAK in the log or the capture' }],
  ),
  entry('unexpected', ['Error: Unexpected network error.'], 'Something that the firmware has no words for.', [
    { finding: 'http-blocked', tell: 'the "URI:" line is there' },
    { finding: 'http-client-unanswered', tell: 'it is not' },
  ]),
  entry(
    'tcp',
    ['TCP connection failed - …', 'HTTP session initialization failed - …'],
    'No connection to the HTTP server.',
    [{ finding: 'http-blocked', tell: 'curl from another machine fails too' }],
  ),
  entry(
    'tls',
    ['TLS session connection failed - …', 'TLS configuration failed - …'],
    'The https connection was not accepted.',
    [
      {
        text: "the firmware does not know the server's certificate authority, or its clock is wrong",
        fix: ['enrol the certificate in the set-up, set the clock, or use http'],
      },
    ],
  ),
];
