import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { assetError } from '../model/errors.ts';
import { fileOf, type ImageManifest } from '../model/image.ts';
import { machineUrl } from './machine-url.ts';

/** `http://ADDRESS:PORT/images/<id>`, without a trailing slash. */
export function imageUrl(context: BootContext, image: ImageManifest): string {
  return `${httpBaseUrl(context.config)}/images/${image.id}`;
}

export interface ArgumentsInput {
  readonly image: ImageManifest;
  readonly client?: Machine;
  readonly isUnattended: boolean;
  /** path of the initrd in the image's folder */
  readonly initrd: string;
}

/**
 * The kernel arguments, in order and unquoted: the image's, those of the unattended install, the configuration's,
 * the machine's, the consoles; then `---` and what the distribution copies to the installed system.
 * @throws PxectlError E_IMAGE_UNRECOGNISED when the image names a placeholder that cannot be filled
 */
export function kernelArguments(context: BootContext, input: ArgumentsInput): readonly string[] {
  const { boot } = input.image;
  const fill = (argument: string): string => fillPlaceholders(argument, context, input);
  const { serialBaud } = context.config.boot;
  return [
    ...boot.arguments.map(fill),
    ...(input.isUnattended ? boot.seedArguments.map(fill) : []),
    ...context.config.boot.arguments,
    ...(input.client?.arguments ?? []),
    ...(serialBaud === undefined
      ? []
      : ['console=tty0', `console=${serialPort(input.image)},${serialBaud}n8`]),
    ...(boot.installedArguments === undefined ? [] : ['---', ...boot.installedArguments.map(fill)]),
  ];
}

/** The kernel's name of the first serial port: a 16550 in PCs, the generic UART of Arm's SBSA in arm64 servers. */
function serialPort(image: ImageManifest): string {
  return image.architecture === 'arm64' ? 'ttyAMA0' : 'ttyS0';
}

function fillPlaceholders(argument: string, context: BootContext, input: ArgumentsInput): string {
  return argument.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = valueOf(name, context, input);
    if (value !== undefined) return value;
    throw assetError('E_IMAGE_UNRECOGNISED', {
      what: `the image ${input.image.id} cannot be booted: nothing fills ${placeholder} in its argument ${argument}`,
      next: `pxectl fetch --force ${input.image.id}`,
    });
  });
}

function valueOf(name: string, context: BootContext, input: ArgumentsInput): string | undefined {
  const base = imageUrl(context, input.image);
  switch (name) {
    case 'http':
      return base;
    case 'root': {
      const root = fileOf(input.image, 'root-image');
      return root === undefined ? undefined : `${base}/${root.path}`;
    }
    case 'modloop': {
      const modloop = fileOf(input.image, 'modloop');
      return modloop === undefined ? undefined : `${base}/${modloop.path}`;
    }
    case 'seed':
      // cloud-init joins names to it, so the slash at its end must be there
      return input.client === undefined ? undefined : `${machineUrl(context, 'seed', input.client)}/`;
    case 'mac':
      return input.client?.mac;
    case 'initrd':
      return input.initrd.split('/').pop();
    default:
      return undefined;
  }
}
