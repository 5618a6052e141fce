import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveSettings, type Layer, type LayerValues } from '../../../src/model/resolve-settings.ts';

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const values: fc.Arbitrary<LayerValues> = fc.record({
  image: maybe(fc.constantFrom('debian-12', 'ubuntu-24.04', 'local')),
  install: maybe(fc.record({ seed: fc.constantFrom('/a', '/b'), once: fc.boolean() })),
  secureBoot: maybe(fc.boolean()),
  arguments: maybe(fc.array(fc.constantFrom('quiet', 'debug', 'ro'), { maxLength: 3 })),
  loaders: maybe(
    fc.record({
      bios: maybe(fc.constantFrom<'ipxe' | 'pxelinux'>('ipxe', 'pxelinux')),
      uefi: maybe(fc.constantFrom<'ipxe' | 'grub'>('ipxe', 'grub')),
    }),
  ),
  vars: maybe(fc.dictionary(fc.constantFrom('disk', 'locale', 'constructor'), fc.json())),
});
const KINDS = ['machine', 'profile', 'global'] as const;
const layers = fc.tuple(values, values, values).map((each) =>
  each.map((some, index): Layer => {
    const kind = KINDS[index] ?? 'global';
    return { kind, title: kind, values: some, pathOf: (key) => [kind, key] };
  }),
);

describe('what a client is booted with', () => {
  it('comes from the nearest line that says it, and the decision names that and the lines it won over', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const { settings, decisions } = resolveSettings(all);
        const said = <T>(of: (some: LayerValues) => T | undefined) =>
          all.flatMap((layer) => {
            const value = of(layer.values);
            return value === undefined ? [] : [{ kind: layer.kind, value }];
          });
        const keys = {
          secureBoot: [said((some) => some.secureBoot), settings.secureBoot],
          'loaders.bios': [said((some) => some.loaders?.bios), settings.loaders.bios],
          'loaders.uefi': [said((some) => some.loaders?.uefi), settings.loaders.uefi],
        } as const;
        for (const [key, [lines, value]] of Object.entries(keys)) {
          const decision = decisions.find((one) => one.key === key);
          expect(value).toBe(lines[0]?.value ?? (key === 'secureBoot' ? false : 'auto'));
          expect([decision?.from, ...(decision?.over ?? [])].map((source) => source?.path[0])).toEqual(
            lines.length === 0 ? [undefined] : lines.map(({ kind }) => kind),
          );
        }
      }),
    );
  });

  it('has the kernel arguments of its profile and its own, in this order, and vars key by key', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const [machine, profile, global] = all.map((layer) => layer.values);
        const { settings } = resolveSettings(all);
        expect(settings.arguments).toEqual([...(profile?.arguments ?? []), ...(machine?.arguments ?? [])]);
        expect(settings.vars).toEqual({ ...global?.vars, ...profile?.vars, ...machine?.vars });
      }),
    );
  });

  it('leaves its image open where only boot.default says one, and installs nothing of its profile on its own disk', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const [machine, profile, global] = all.map((layer) => layer.values);
        const { settings } = resolveSettings(all);
        expect(settings.image).toBe(machine?.image ?? profile?.image);
        const boots = settings.image ?? global?.image ?? 'local';
        const inherited = boots === 'local' ? undefined : (profile?.install ?? global?.install);
        expect(settings.install).toEqual(machine?.install ?? inherited);
      }),
    );
  });
});
