import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import type { RemoteImage } from './remote-image.ts';

const CHANNELS = ['stable', 'beta', 'alpha'];

/**
 * The primary key, which does not expire; its signing subkeys are replaced every year or two, so a fresh copy of the key
 * is wanted and not the one that is pinned: https://www.flatcar.org/security/image-signing-key/, and the comment above
 * GPG_KEY in https://github.com/flatcar/init bin/flatcar-install (active subkey
 * 52F145DFD00BBDCD928CBB5A32DA80F91EF52974 until 2027-03-08).
 */
const FLATCAR_KEY: KeyPin = {
  name: 'Flatcar Buildbot (Official Builds)',
  fingerprints: ['F88CFEDEFF29A5B4D9523864E25D9AED0593B34A'],
  installedRings: [],
  urls: [
    'https://www.flatcar.org/security/image-signing-key/Flatcar_Image_Signing_Key.asc',
    keyserverUrl('F88CFEDEFF29A5B4D9523864E25D9AED0593B34A'),
  ],
};

/**
 * https://www.flatcar.org/docs/latest/installing/bare-metal/booting-with-pxe/ (its source:
 * https://github.com/flatcar/flatcar-docs docs/installing/bare-metal/booting-with-pxe.md): the addresses of the channels, the
 * files with their .sig, 3 GB of memory, and the arguments. `flatcar.first_boot=1` means "fetch an Ignition configuration",
 * so it goes with ignition.config.url; netboot.xyz does the same (flatcar.ipxe.j2). Without them nobody can log in: for a
 * look around, put flatcar.autologin into boot.arguments.
 */
export function availableFlatcarImages(): RemoteImage[] {
  return CHANNELS.map((channel) => ({
    id: `flatcar-${channel}`,
    title: `Flatcar Container Linux, ${channel} channel`,
    distribution: 'flatcar',
    release: channel,
    architecture: 'amd64',
    ramMiB: 3072,
    seedFormat: 'ignition',
    // the second place is where netboot.xyz takes them from
    places: [
      `https://${channel}.release.flatcar-linux.net/amd64-usr/current/`,
      `https://flatcar.cdn.cncf.io/${channel}/amd64-usr/current/`,
    ],
    trust: { kind: 'signed-files', suffix: '.sig', key: FLATCAR_KEY },
    payload: {
      kind: 'files',
      files: [
        { role: 'kernel', name: 'flatcar_production_pxe.vmlinuz', path: 'flatcar_production_pxe.vmlinuz' },
        {
          role: 'initrd',
          name: 'flatcar_production_pxe_image.cpio.gz',
          path: 'flatcar_production_pxe_image.cpio.gz',
        },
      ],
      boot: {
        arguments: [],
        seedArguments: ['flatcar.first_boot=1', 'ignition.config.url={seed}config.ign'],
        seedFormat: 'ignition',
        ramMiB: 3072,
      },
    },
  }));
}
