import type { BootContext } from '../model/boot-context.ts';
import { LOADER_PATHS } from '../model/loader.ts';
import { profileFolder, type MatchingProfile } from '../plan/match-profile.ts';
import { renderGrubConfig } from './grub-config.ts';
import { renderAutoexec, renderIpxeScript } from './ipxe-script.ts';
import { renderPxelinuxConfig } from './pxelinux-config.ts';
import type { RenderedFile } from './rendered-file.ts';
import type { ReadTemplate } from './template-engine.ts';

/** What is served to the clients that a profile takes: beside the loaders that they were given. */
export function profileFiles(
  context: BootContext,
  readTemplate: ReadTemplate,
  profile: MatchingProfile,
): RenderedFile[] {
  const purpose = `clients of the profile ${profile.name}`;
  const folder = profileFolder(profile);
  // their packets told none of these machines: a loader sees more
  const known = context.config.machines.filter(
    ({ uuid, serial }) => uuid !== undefined || serial !== undefined,
  );
  return [
    {
      path: `serve/tftp/${folder}/pxelinux.cfg/default`,
      content: renderPxelinuxConfig(context, readTemplate, profile),
      purpose: `${purpose}: pxelinux`,
    },
    {
      path: `serve/tftp/${folder}/grub.cfg`,
      content: renderGrubConfig(context, readTemplate, profile),
      purpose: `${purpose}: GRUB`,
    },
    {
      path: `serve/http/${folder}/boot.ipxe`,
      content: renderIpxeScript(context, readTemplate, profile, known),
      purpose: `${purpose}: iPXE`,
    },
    ...autoexecFiles(context, readTemplate, profile),
  ];
}

/** Beside every iPXE there is, under TFTP and (for HTTP Boot) below /loaders/. */
export function autoexecFiles(
  context: BootContext,
  readTemplate: ReadTemplate,
  profile?: MatchingProfile,
): RenderedFile[] {
  const content = renderAutoexec(context, readTemplate, profile);
  const folder = profile === undefined ? '' : `${profileFolder(profile)}/`;
  const hasSignedIpxe = context.loaders.files.some((file) => file.path === LOADER_PATHS.ipxeSignedX64);
  const names = [
    'autoexec.ipxe',
    'ipxe/autoexec.ipxe',
    ...(hasSignedIpxe ? ['ipxe-signed/autoexec.ipxe'] : []),
  ];
  return names
    .flatMap((name) => [`serve/tftp/${folder}${name}`, `serve/http/loaders/${folder}${name}`])
    .map((path) => ({ path, content, purpose: 'first script of an iPXE that looks for one beside itself' }));
}
