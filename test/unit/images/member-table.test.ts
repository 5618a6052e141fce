import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberTable } from '../../../src/images/trees/member-table.ts';

describe('the members of an archive', () => {
  it('are found through links within it, and not beyond it', () => {
    const table = new MemberTable<string>();
    table.addFile('./a/b/kernel', 'KERNEL');
    table.addLink('current', 'a/b');
    table.addLink('up', '../../../../a');
    table.addLink('absolute', '/a/b/kernel');
    table.addLink('round', 'round');
    table.addHardLink('second', 'a/b/kernel');
    table.addHardLink('dangling', 'nowhere');
    expect(table.find('current/kernel')).toEqual({ kind: 'file', content: 'KERNEL' });
    // as on a disk of its own: above the root is the root
    expect(table.find('up/b/kernel')).toEqual({ kind: 'file', content: 'KERNEL' });
    expect(table.find('absolute')).toEqual({ kind: 'file', content: 'KERNEL' });
    expect(table.find('second')).toEqual({ kind: 'file', content: 'KERNEL' });
    expect(table.find('round')).toBeUndefined();
    expect(table.find('dangling')).toBeUndefined();
    expect(table.find('a/b/kernel/more')).toBeUndefined();
  });

  it('lie where the links of the archive lead, when they go through one', () => {
    const table = new MemberTable<string>();
    table.addFolder('real');
    table.addLink('shown', 'real');
    table.addFile('shown/file', 'X');
    expect(table.find('real/file')).toEqual({ kind: 'file', content: 'X' });
  });

  it('are refused when they would lie outside or go through a link to nowhere', () => {
    const table = new MemberTable<string>();
    table.addLink('t', '/etc');
    expect(() => table.addFile('../../etc/passwd', 'X')).toThrow(/outside/);
    expect(() => table.addFile('t/passwd', 'X')).toThrow(/leads nowhere/);
    expect(() => table.addFile('a/'.repeat(5000), 'X')).toThrow(/characters/);
    expect(() => table.addFile('a/'.repeat(500), 'X')).toThrow(/folders deep/);
    // each step of a link is walked for each name that goes through it
    expect(() => table.addLink('l', './'.repeat(50_000))).toThrow(/a link in it has 100000 characters/);
  });

  it('replace earlier ones of the same name, links too', () => {
    const table = new MemberTable<string>();
    table.addLink('x', 'a');
    table.addLink('x', 'b');
    table.addFile('b', 'B');
    expect(table.find('x')).toEqual({ kind: 'file', content: 'B' });
    table.addFile('x', 'X');
    expect(table.find('x')).toEqual({ kind: 'file', content: 'X' });
  });

  it('any names and links give a member or an error, in bounded time', () => {
    const part = fc.constantFrom('a', 'b', 'c', '..', '.', '', 'd');
    const path = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'));
    const step = fc.record({ kind: fc.constantFrom('file', 'link', 'hard', 'folder'), path, target: path });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), path, (steps, wanted) => {
        const table = new MemberTable<number>();
        for (const [index, { kind, path: name, target }] of steps.entries()) {
          try {
            if (kind === 'file') table.addFile(name, index);
            else if (kind === 'link') table.addLink(name, target);
            else if (kind === 'hard') table.addHardLink(name, target);
            else table.addFolder(name);
          } catch (error) {
            expect(String(error)).toMatch(/would lie outside|leads nowhere/);
          }
        }
        expect(['file', 'folder', undefined]).toContain(table.find(wanted)?.kind);
      }),
    );
  });

  it('holds no more folders than any image has, also those that its names alone make', () => {
    const table = new MemberTable<number>();
    const add = (): void => {
      for (let n = 0; n < 1_000; n++) table.addFile(`${n}/${'a/'.repeat(100)}f`, n);
    };
    expect(add).toThrow('it has more than 50000 folders');
  });
});
