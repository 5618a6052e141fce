import { baseName } from '../../../model/file-name.ts';
import type { OwnNames } from '../../mend/fill-in.ts';
import type { ScreenLine } from './read-screen.ts';

/** EDK2 and its kin name what they load; HTTP Boot has an URL there, of which the folder is no place below a TFTP root. */
const LOADER = /\bNBP filename is[^\w/\n]{0,20}([\w/][\w./-]*)[ \t]*$/gim;
/** a URL with an address in it; iPXE writes dots behind it */
const URL_OF_ADDRESS =
  /\bhttp:\/\/(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(?:\/[^\s"')\]]*?)?(?=\.{3}|[\s"')\],;]|$)/;

/** What a screen tells of the user's own names: where the loader came from, and what was asked for in vain over HTTP. */
export function namesOnScreen(text: string, lines: readonly ScreenLine[]): OwnNames {
  const loader = [...text.matchAll(LOADER)].at(-1)?.[1];
  const cause = lines.find(({ part }) => part === 'cause')?.line;
  const from = cause === undefined ? undefined : text.split(/\r?\n/).slice(cause - 1);
  const found = from?.map((line) => URL_OF_ADDRESS.exec(line)).find((match) => match !== null);
  const [url, address, port] = found ?? [];
  return {
    ...(loader === undefined ? {} : { loadersFolder: folderOf(loader) }),
    ...(url === undefined ? {} : { url, address, httpPort: Number(port ?? 80) }),
  };
}

function folderOf(path: string): string {
  return path
    .slice(0, path.length - baseName(path).length)
    .split('/')
    .filter(Boolean)
    .join('/');
}
