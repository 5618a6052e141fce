import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import type { RemoteImage } from './remote-image.ts';

const CHANNELS = ['stable', 'beta', 'alpha'];

/** https://www.flatcar.org/security/image-signing-key/ */
const FLATCAR_KEY: KeyPin = {
  name: 'Flatcar Buildbot (Official Builds)',
  fingerprints: ['F88CFEDEFF29A5B4D9523864E25D9AED0593B34A'],
  installedRings: [],
  urls: [
    'https://www.flatcar.org/security/image-signing-key/Flatcar_Image_Signing_Key.asc',
    keyserverUrl('F88CFEDEFF29A5B4D9523864E25D9AED0593B34A'),
  ],
};

/** flatcar.first_boot, ignition.config.url and memory: https://www.flatcar.org/docs/latest/installing/bare-metal/booting-with-pxe/ */
export function availableFlatcarImages(): RemoteImage[] {
  return CHANNELS.map((channel) => ({
    id: `flatcar-${channel}`,
    title: `Flatcar Container Linux, ${channel} channel`,
    distribution: 'flatcar',
    release: channel,
    architecture: 'amd64',
    ramMiB: 3072,
    seedFormat: 'ignition',
    places: [`https://${channel}.release.flatcar-linux.net/amd64-usr/current/`],
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
        arguments: ['flatcar.first_boot=1'],
        seedArguments: ['ignition.config.url={seed}config.ign'],
        seedFormat: 'ignition',
        ramMiB: 3072,
      },
    },
  }));
}
