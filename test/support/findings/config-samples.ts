/** A proxy that nothing is wrong with. */
export const HEALTHY_PROXY = `port=0
dhcp-range=192.168.1.0,proxy,255.255.255.0
enable-tftp
tftp-root=/srv/tftp
dhcp-match=set:ipxe,175
dhcp-boot=tag:ipxe,http://192.168.1.11:8080/boot.ipxe,,192.168.1.11
dhcp-boot=tag:!ipxe,undionly.kpxe,,192.168.1.11
pxe-service=tag:!ipxe,x86PC,"BIOS",undionly.kpxe
pxe-service=tag:!ipxe,X86-64_EFI,"UEFI",snponly.efi
pxe-service=tag:!ipxe,BC_EFI,"UEFI",snponly.efi
`;

/** Ways to spoil it: what is replaced, and by what. */
export const SPOIL: readonly (readonly [string | RegExp, string])[] = [
  [/^pxe-service=.*X86-64.*\n/m, ''],
  [/^pxe-service=.*BC_EFI.*\n/m, ''],
  [/^pxe-service=.*\n/gm, ''],
  ['"UEFI",snponly.efi', '"UEFI",pxelinux.0'],
  ['"UEFI",snponly.efi', '"UEFI",pxelinux'],
  ['boot.ipxe,,192.168.1.11', 'boot.ipxe'],
  ['port=0\n', ''],
  ['pxe-service=', 'pxe-servce='],
  ['log-dhcp', 'log-dhcp=yes'],
  ['enable-tftp', 'enable-tftp\nlog-dhcp=yes'],
  ['X86-64_EFI', 'X86-64EFI'],
  ['port=0', 'port=0\npxe-service=X86-64_EFI,"Local disk"'],
  ['port=0', 'port=0\npxe-prompt="Boot menu"'],
  ['port=0', 'port=0\ndhcp-reply-delay=3'],
  ['port=0', 'port=0\ndhcp-option=67,pxelinux.0'],
  ['port=0', 'port=0\npxe-service=16,"HTTP",http://192.168.1.11/x.efi'],
  ['port=0', 'port=0\ndhcp-pxe-vendor=HTTPClient'],
  ['port=0', 'port=0\ndhcp-boot=grubx64.efi,,192.168.1.11'],
  ['192.168.1.0,proxy,255.255.255.0', '192.168.1.50,192.168.1.90,12h'],
  ['192.168.1.0,proxy,255.255.255.0', '192.168.1.0,prxy'],
];

const ISO = 'url=http://192.168.1.11/u.iso';
const SEED = 'ds=nocloud;s=http://192.168.1.11/seed';
const grub = (args: string): string =>
  `menuentry "Install" {\n  linux /vmlinuz ip=dhcp ${args} ---\n  initrd /initrd\n}\n`;

/** Configurations of loaders with one fault each, and what doctor calls it. */
export const BOOT_SCRIPT_SAMPLES: readonly (readonly [name: string, text: string])[] = [
  ['seed-grub.cfg', grub(`${ISO} autoinstall cloud-config-url=/dev/null ${SEED}/`)],
  ['seed-url-grub.cfg', grub(`${ISO} autoinstall cloud-config-url=/dev/null "${SEED}"`)],
  ['no-flag-grub.cfg', grub(`${ISO} cloud-config-url=/dev/null "${SEED}/"`)],
  ['iso-twice-grub.cfg', grub(`${ISO} autoinstall "${SEED}/"`)],
  ['iso-url-grub.cfg', grub('url=http://192.168.1.11/u.squashfs boot=casper cloud-config-url=/dev/null')],
  ['path-grub.cfg', 'menuentry "x" {\n  linux /srv/tftp/vmlinuz ip=dhcp\n  initrd /srv/tftp/initrd\n}\n'],
  ['no-initrd-grub.cfg', 'menuentry "x" {\n  linux /vmlinuz ip=dhcp\n}\n'],
  [
    'quoted.ipxe',
    `#!ipxe\nkernel vmlinuz initrd=initrd ${ISO} autoinstall cloud-config-url=/dev/null "${SEED}/"\ninitrd initrd\nboot\n`,
  ],
  ['bare.ipxe', '#!ipxe\nkernel vmlinuz ip=dhcp\ninitrd initrd\nboot\n'],
  [
    'no-label.ipxe',
    '#!ipxe\nmenu Boot\nitem live Live\nchoose what && goto ${what}\n:lvie\nchain live.ipxe\n',
  ],
  ['no-variable.ipxe', '#!ipxe\nset server http://192.168.1.11\nchain ${sevrer}/live.ipxe\n'],
  ['no-name.ipxe', '#!ipxe\nkernel ${base}/vmlinuz ip=dhcp\ninitrd ${of-dhcp}\nboot\n'],
  [
    'pxelinux.cfg/labels',
    'DEFAULT menu.c32\nONTIMEOUT local\nLABEL 1\n  KERNEL vmlinuz\n  INITRD initrd\n  APPEND ip=dhcp\nLABEL 2\n  MENU LABEL Local disk\n',
  ],
  ['no-mark.ipxe', 'dhcp\nchain http://192.168.1.11/menu.ipxe\n'],
  [
    'pxelinux.cfg/default',
    'LABEL x\n  KERNEL /var/lib/tftpboot/vmlinuz\n  INITRD a\n  INITRD b\n  APPEND ip=dhcp\n',
  ],
];

/** Configurations of web servers, with what each refuses. */
export const WEB_SAMPLES: readonly (readonly [name: string, text: string])[] = [
  ['alias.nginx.conf', 'server {\n  location / {\n    alias /srv/boot;\n  }\n}\n'],
  ['refuses.nginx.conf', 'server {\n  limit_rate 100k;\n  deny all;\n}\n'],
  ['https.nginx.conf', 'server {\n  listen 80;\n  return 301 https://$host$request_uri;\n}\n'],
  ['alias.apache.conf', '<VirtualHost *:80>\n  Alias /boot/ /srv/boot\n</VirtualHost>\n'],
];
