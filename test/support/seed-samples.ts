import type { SeedFormat } from '../../src/model/image.ts';
import type { SeedView } from '../../src/machines/seeds/template-view.ts';

type Format = Exclude<SeedFormat, 'none'>;

interface Sample {
  readonly format: Format;
  readonly name: string;
  readonly text: string;
}

const REPORT = 'curl -fsS -X POST @PXECTL_REPORT@/done';
export const USER_DATA = `#cloud-config\nautoinstall:\n  version: 1\n  late-commands: ['${REPORT}']\n`;
export const PRESEED = [
  '# as Debian writes it',
  'd-i debian-installer/locale string en_US.UTF-8',
  'd-i partman-auto/method string lvm',
  'd-i partman/confirm boolean true',
  'd-i netcfg/get_hostname string',
  'tasksel tasksel/first multiselect standard, \\',
  '    ssh-server',
  `d-i preseed/late_command string ${REPORT}`,
  '',
].join('\n');
export const KICKSTART = [
  'text',
  'lang en_US.UTF-8',
  'rootpw --lock',
  'clearpart --all --initlabel',
  'autopart',
  '%packages',
  '@core',
  '-iwl*-firmware',
  '%end',
  '%post',
  'cat > /etc/cloud/cloud.cfg.d/99.cfg <<X',
  '#cloud-config',
  'autoinstall: no',
  'X',
  REPORT,
  '%end',
  '',
].join('\n');
export const AUTOYAST = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE profile>',
  '<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">',
  '  <!-- mode & more -->',
  '  <general><mode><confirm config:type="boolean">false</confirm></mode></general>',
  '  <scripts><post-scripts config:type="list"><script>',
  `    <source><![CDATA[a && b < c; ${REPORT}]]></source>`,
  '  </script></post-scripts></scripts>',
  '</profile>',
  '',
].join('\n');
export const IGNITION = JSON.stringify({
  ignition: { version: '3.3.0' },
  systemd: { units: [{ name: 'report.service', contents: `[Service]\nExecStart=/usr/bin/${REPORT}\n` }] },
});
export const TALOS = [
  'version: v1alpha1',
  'machine:',
  '  type: controlplane',
  'cluster:',
  '  controlPlane: { endpoint: "https://192.168.1.60:6443" }',
  '---',
  'apiVersion: v1alpha1',
  'kind: WatchdogTimerConfig',
  'device: /dev/watchdog0',
  '',
].join('\n');

export const GOOD_SEEDS: readonly (Sample & { readonly isReporting: boolean })[] = [
  { format: 'autoinstall', name: 'cloud-config', text: USER_DATA, isReporting: true },
  {
    format: 'autoinstall',
    name: 'cloud-config behind a jinja header',
    text: `## template: jinja\n${USER_DATA}`,
    isReporting: true,
  },
  { format: 'preseed', name: 'a preseed', text: PRESEED, isReporting: true },
  {
    format: 'preseed',
    name: 'Windows line ends, which d-i drops',
    text: PRESEED.replaceAll('\n', '\r\n'),
    isReporting: true,
  },
  { format: 'kickstart', name: 'a kickstart that writes cloud-config', text: KICKSTART, isReporting: true },
  { format: 'autoyast', name: 'a profile', text: AUTOYAST, isReporting: true },
  { format: 'ignition', name: 'version 3', text: IGNITION, isReporting: true },
  { format: 'talos', name: 'two documents', text: TALOS, isReporting: false },
];

/** Each has one thing that is wrong. */
export const BROKEN_SEEDS: readonly (Sample & { readonly problem: string })[] = [
  ...Object.entries({ autoinstall: PRESEED, preseed: KICKSTART, kickstart: USER_DATA } as const).map(
    ([format, text]) => ({
      ...{ format: format as Format, name: 'another kind', text },
      problem: 'fatal: it is of the kind ',
    }),
  ),
  {
    format: 'autoyast',
    name: 'Ignition',
    text: IGNITION,
    problem: 'fatal: it is of the kind ignition, and the image wants autoyast',
  },
  {
    format: 'talos',
    name: 'a profile',
    text: AUTOYAST,
    problem: 'fatal: it is of the kind autoyast, and the image wants talos',
  },
  {
    format: 'ignition',
    name: 'Talos',
    text: TALOS,
    problem: 'fatal: it is of the kind talos, and the image wants ignition',
  },
  {
    format: 'autoinstall',
    name: 'no header',
    text: USER_DATA.replace('#cloud-config', '# hello'),
    problem: 'fatal: 1:1: its first line is not #cloud-config',
  },
  {
    format: 'autoinstall',
    name: 'a byte order mark',
    text: `\uFEFF${USER_DATA}`,
    problem: 'fatal: 1:1: it begins with a byte order mark',
  },
  {
    format: 'autoinstall',
    name: 'no YAML',
    text: '#cloud-config\nautoinstall:\n  a: [1\nb: 2\n',
    problem: 'fatal: 4:1: it is not YAML',
  },
  {
    format: 'autoinstall',
    name: 'a tab',
    text: `#cloud-config\nautoinstall:\n\tversion: 1\n`,
    problem: 'fatal: 3:1: it is not YAML',
  },
  {
    format: 'autoinstall',
    name: 'a tag that nobody knows',
    text: `${USER_DATA}  identity: !vault secret\n`,
    problem: 'fatal: 5:13: it is not YAML',
  },
  {
    format: 'autoinstall',
    name: 'a key that stands twice',
    text: `${USER_DATA}  version: 1\n`,
    problem: 'gap: 5:3: the same key stands twice',
  },
  {
    format: 'autoinstall',
    name: 'no autoinstall',
    text: '#cloud-config\nusers: []\n',
    problem: 'fatal: it has no autoinstall',
  },
  {
    format: 'autoinstall',
    name: 'a mistyped key',
    text: `${USER_DATA}  late-command: [reboot]\n`,
    problem: 'gap: 5:3: autoinstall has no late-command; did you mean late-commands?',
  },
  {
    format: 'autoinstall',
    name: 'a text where a list must be',
    text: `${USER_DATA}  packages: vim\n`,
    problem: 'fatal: 5:3: packages of autoinstall must be a list: the installer stops at it',
  },
  {
    format: 'autoinstall',
    name: 'an identity without a password',
    text: `${USER_DATA}  identity: { username: ada, hostname: 12 }\n`,
    problem: 'fatal: 5:3: identity of autoinstall wants hostname, password, as text',
  },
  {
    format: 'autoinstall',
    name: 'no version',
    text: USER_DATA.replace('  version: 1\n', ''),
    problem: 'fatal: autoinstall: has no version: 1',
  },
  {
    format: 'autoinstall',
    name: 'a report where nobody looks',
    text: `#cloud-config\nautoinstall: { version: 1 }\nlate-commands: ['${REPORT}']\n`,
    problem: 'gap: it never reports: @PXECTL_REPORT@/done stands outside of autoinstall:',
  },
  {
    format: 'autoinstall',
    name: 'a report in a comment',
    text: USER_DATA.replace('  late', '  # late'),
    problem: 'gap: it never reports: @PXECTL_REPORT@/done stands in a comment',
  },
  {
    format: 'preseed',
    name: 'a line that is no answer',
    text: PRESEED.replace('partman/confirm boolean true', 'partman/confirm'),
    problem: 'fatal: 4:1: the installer stops at this line: an answer is: OWNER QUESTION TYPE VALUE',
  },
  {
    format: 'preseed',
    name: 'a comment that is none',
    text: PRESEED.replace('# as Debian writes it', '  # hello'),
    problem: 'fatal: 1:1: the installer stops at this line: a comment must begin in the first column',
  },
  {
    format: 'preseed',
    name: 'a mistyped type',
    text: PRESEED.replace(' boolean ', ' bolean '),
    problem: 'gap: 4:1: there is no type bolean; did you mean boolean?',
  },
  {
    format: 'preseed',
    name: 'an answer that never goes on',
    text: `${PRESEED}d-i grub-installer/only_debian boolean \\\n`,
    problem: 'gap: 9:1: this answer ends in \\ and never goes on',
  },
  {
    format: 'preseed',
    name: 'a placeholder that nobody fills in',
    text: PRESEED.replace('string en_US.UTF-8', 'string @PXECTL_URL@'),
    problem: 'gap: 2:36: nobody fills in @PXECTL_URL@; did you mean @PXECTL_HTTP@?',
  },
  {
    format: 'kickstart',
    name: 'a section without an end',
    text: KICKSTART.replace('-firmware\n%end', '-firmware'),
    problem: 'fatal: 9:1: %post begins, and %packages of line 6 has no %end',
  },
  {
    format: 'kickstart',
    name: 'the last section without an end',
    text: KICKSTART.replace(/%end\n$/, ''),
    problem: 'fatal: 10:1: %post has no %end',
  },
  {
    format: 'kickstart',
    name: 'a mistyped command',
    text: KICKSTART.replace('rootpw ', 'rootpwd '),
    problem: 'gap: 3:1: there is no command rootpwd; did you mean rootpw?',
  },
  {
    format: 'kickstart',
    name: 'a mistyped section',
    text: KICKSTART.replace('%packages', '%package').replace('@core\n-iwl*-firmware\n%end\n', ''),
    problem: 'fatal: 6:1: there is no section %package; did you mean %packages?',
  },
  {
    format: 'kickstart',
    name: 'Windows line ends',
    text: KICKSTART.replaceAll('\n', '\r\n'),
    problem: 'gap: its lines end as on Windows',
  },
  {
    format: 'autoyast',
    name: 'a tag that is not closed',
    text: AUTOYAST.replace('</mode>', ''),
    problem: 'fatal: 5:64: it is not XML: </general> closes <mode>',
  },
  {
    format: 'autoyast',
    name: 'a lone ampersand',
    text: AUTOYAST.replace('>false<', '>false & true<'),
    problem: 'fatal: 5:55: it is not XML: & must be written as &amp;',
  },
  {
    format: 'autoyast',
    name: 'no XML',
    text: 'hello\n',
    problem: 'fatal: 1:1: it is not XML',
  },
  {
    format: 'autoyast',
    name: 'another root',
    text: '<?xml version="1.0"?>\n<installation/>\n',
    problem: 'fatal: its root element is <installation>, and AutoYaST wants <profile>',
  },
  {
    format: 'ignition',
    name: 'Butane',
    text: 'variant: flatcar\nversion: 1.1.0\n',
    problem: 'fatal: 1:1: it is Butane (YAML), and machines read Ignition (JSON)',
  },
  {
    format: 'ignition',
    name: 'a key of Butane',
    text: '{\n  "ignition": { "version": "3.3.0" },\n  "passwd": { "users": [{ "name": "core", "ssh_authorized_keys": [] }] },\n  "x": "@PXECTL_REPORT@/done"\n}',
    problem: 'gap: 3:43: passwd.users has no ssh_authorized_keys; did you mean sshAuthorizedKeys?',
  },
  {
    format: 'ignition',
    name: 'a comma too many',
    text: '{\n  "ignition": { "version": "3.3.0", }\n}\n',
    problem: 'fatal: 2:37: it is not JSON: a name in quotes is expected here',
  },
  {
    format: 'ignition',
    name: 'cut',
    text: '{\n  "ignition": {',
    problem: 'fatal: 2:16: it is not JSON: it ends where a name in quotes or } is expected',
  },
  { format: 'ignition', name: 'no version', text: '{}', problem: 'fatal: it has no ignition.version' },
  {
    format: 'ignition',
    name: 'a version that there is not',
    text: '{"ignition":{"version":"1.0.0"}}',
    problem: 'fatal: ignition.version is 1.0.0',
  },
  {
    format: 'talos',
    name: 'no machine type',
    text: TALOS.replace('  type: controlplane', '  network: {}'),
    problem: 'fatal: it has no machine.type: controlplane or worker is wanted',
  },
  {
    format: 'talos',
    name: 'a mistyped machine type',
    text: TALOS.replace('controlplane', 'master'),
    problem: 'fatal: machine.type is "master"',
  },
  {
    format: 'talos',
    name: 'another version',
    text: TALOS.replace('version: v1alpha1', 'version: v1'),
    problem: 'fatal: it has no version: v1alpha1',
  },
  {
    format: 'talos',
    name: 'a key that stands twice, which Go refuses',
    text: TALOS.replace('cluster:', 'machine:\n  type: worker\ncluster:'),
    problem: 'fatal: 4:1: it is not YAML',
  },
  {
    format: 'talos',
    name: 'no machine configuration',
    text: 'apiVersion: v1alpha1\nkind: SideroLinkConfig\n',
    problem: 'gap: it has no machine configuration',
  },
];

/** A machine that there is not. */
export const SAMPLE_VIEW: SeedView = {
  machine: { name: 'pc-1', mac: '52:54:00:00:00:01', uuid: null, serial: null, profile: null },
  vars: {},
  image: {
    id: 'an-image',
    title: 'An image',
    distribution: 'any',
    release: '43',
    architecture: 'amd64',
    url: null,
  },
  server: { address: '192.168.1.50', port: 8080, url: 'http://192.168.1.50:8080' },
  report: 'http://192.168.1.50:8080/report/52-54-00-00-00-01',
};
