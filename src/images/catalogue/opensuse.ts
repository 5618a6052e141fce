import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import type { RemoteImage } from './remote-image.ts';

const RELEASES = ['15.6'];

/** https://en.opensuse.org/SDB:Download_help : the list is signed with the openSUSE Project Signing Key */
const OPENSUSE_KEY: KeyPin = {
  name: 'openSUSE Project Signing Key',
  fingerprints: ['AD485664E901B867051AB15F35A2F86E29B700A4', '22C07BA534178CD02EFE22AAB88B2FD43DBDC284'],
  installedRings: [],
  urls: [
    keyserverUrl('AD485664E901B867051AB15F35A2F86E29B700A4'),
    keyserverUrl('22C07BA534178CD02EFE22AAB88B2FD43DBDC284'),
  ],
};

/**
 * linuxrc's parameters install=, ifcfg= and autoyast=: https://en.opensuse.org/SDB:Linuxrc
 * Memory, 1 GiB and more for an installation over the network: https://doc.opensuse.org/documentation/leap/startup/html/book-startup/cha-install.html
 */
export function availableOpensuseImages(): RemoteImage[] {
  return RELEASES.map((release) => {
    const place = `https://download.opensuse.org/distribution/leap/${release}/repo/oss/`;
    return {
      id: `opensuse-leap-${release}`,
      title: `openSUSE Leap ${release} installer`,
      distribution: 'opensuse',
      release,
      architecture: 'amd64',
      ramMiB: 2048,
      seedFormat: 'autoyast',
      places: [place],
      trust: { kind: 'signed-list', list: 'CHECKSUMS', signature: 'CHECKSUMS.asc', key: OPENSUSE_KEY },
      payload: {
        kind: 'files',
        files: [
          { role: 'kernel', name: 'boot/x86_64/loader/linux', path: 'linux' },
          { role: 'initrd', name: 'boot/x86_64/loader/initrd', path: 'initrd' },
        ],
        boot: {
          arguments: [`install=${place}`, 'ifcfg=*=dhcp'],
          seedArguments: ['autoyast={seed}autoinst.xml'],
          seedFormat: 'autoyast',
          ramMiB: 2048,
        },
      },
    };
  });
}
