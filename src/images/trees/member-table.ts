/** What an archive says of one of its members. */
export type Member<T> =
  | { readonly kind: 'folder'; readonly children: ReadonlyMap<string, Member<T>> }
  | { readonly kind: 'file'; readonly content: T }
  | { readonly kind: 'link'; readonly target: string };

type Folder<T> = { readonly kind: 'folder'; readonly children: Map<string, Node<T>> };
type Node<T> = Folder<T> | Exclude<Member<T>, { kind: 'folder' }>;

/** As many links as Linux follows before ELOOP. */
const MAX_LINKS = 40;
/** Linux takes no longer path (PATH_MAX). */
const MAX_PATH_LENGTH = 4096;
const MAX_DEPTH = 128;
/** also those that no member is for: each name may go through a hundred that no other has */
const MAX_FOLDERS = 50_000;

/**
 * The members of one archive under the names that it gives them. Names and links are data here: none is ever a name on
 * disk, so where they lead is decided by this table alone. The archive's top folder is its root: `..` in it stays there,
 * as on a disk of its own.
 */
export class MemberTable<T> {
  readonly #root: Folder<T> = { kind: 'folder', children: new Map() };
  #folderCount = 0;

  /** Later members replace earlier ones of the same name, as when they are unpacked. @throws Error what is wrong with the name */
  addFile(name: string, content: T): void {
    this.#put(name, { kind: 'file', content });
  }

  /** @throws Error what is wrong with the name */
  addLink(name: string, target: string): void {
    if (target.length > MAX_PATH_LENGTH) throw new Error(`a link in it has ${target.length} characters`);
    this.#put(name, { kind: 'link', target });
  }

  /** A second name for a file that was there before. A target that is not there gives no member. @throws Error */
  addHardLink(name: string, target: string): void {
    const member = this.find(target);
    if (member?.kind === 'file') this.#put(name, member);
  }

  /** @throws Error what is wrong with the name */
  addFolder(name: string): void {
    const parts = partsOf(name);
    if (parts.length > 0) this.#folderAt(name, parts);
  }

  /** The file or folder at a path, links followed within the archive; undefined when there is none. */
  find(path: string): Exclude<Member<T>, { kind: 'link' }> | undefined {
    return this.#walk(path);
  }

  #put(name: string, node: Node<T>): void {
    const parts = partsOf(name);
    const last = parts.pop();
    if (last === undefined) return;
    this.#folderAt(name, parts).children.set(last, node);
  }

  /** The folder that a member lies in; folders that the archive does not list are made. */
  #folderAt(name: string, parts: readonly string[]): Folder<T> {
    let folder = this.#root;
    for (const [index, part] of parts.entries()) {
      const there = folder.children.get(part);
      if (there?.kind === 'folder') {
        folder = there;
      } else if (there?.kind === 'link') {
        const real = this.#walk(parts.slice(0, index + 1).join('/'));
        if (real?.kind !== 'folder') {
          throw new Error(
            `its member ${JSON.stringify(name)} goes through the link ${part}, which leads nowhere in it`,
          );
        }
        folder = real;
      } else {
        if (++this.#folderCount > MAX_FOLDERS) throw new Error(`it has more than ${MAX_FOLDERS} folders`);
        const made: Folder<T> = { kind: 'folder', children: new Map() };
        folder.children.set(part, made);
        folder = made;
      }
    }
    return folder;
  }

  #walk(path: string): Exclude<Node<T>, { kind: 'link' }> | undefined {
    const todo = path.split('/').reverse();
    const stack: Folder<T>[] = [this.#root];
    let file: Extract<Node<T>, { kind: 'file' }> | undefined;
    let links = 0;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === '' || part === '.') continue;
      if (file !== undefined) return undefined;
      if (part === '..') {
        if (stack.length > 1) stack.pop();
        continue;
      }
      const node = stack.at(-1)?.children.get(part);
      if (node === undefined || stack.length > MAX_DEPTH) return undefined;
      if (node.kind === 'folder') stack.push(node);
      else if (node.kind === 'file') file = node;
      else {
        if (++links > MAX_LINKS) return undefined;
        if (node.target.startsWith('/')) stack.length = 1;
        todo.push(...node.target.split('/').reverse());
      }
    }
    return file ?? stack.at(-1);
  }
}

/** The folders and the name; leading slashes and `.` count for nothing, as in tar and bsdtar. */
function partsOf(name: string): string[] {
  const shown = JSON.stringify(name.slice(0, 80));
  if (name.length > MAX_PATH_LENGTH)
    throw new Error(`a member's name has ${name.length} characters: ${shown}…`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Error(`its member ${shown} would lie outside of it`);
  if (parts.length > MAX_DEPTH) throw new Error(`its member ${shown}… lies ${parts.length} folders deep`);
  return parts;
}
