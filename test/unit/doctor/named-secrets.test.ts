import { expect, it } from 'vitest';
import { Masker } from '../../../src/doctor/mask.ts';
import { namedSecrets } from '../../../src/doctor/named-secrets.ts';
import { parseConfig } from '../../../src/model/config-file.ts';

it('are no part of what others are shown of a configuration', () => {
  const text = `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12]
boot: { arguments: [quiet, password=ARGUMENT] }
vars: { pw: GLOBAL, disk: /dev/sda }
profiles: { room: { vars: { tokens: [FIRST, SECOND] } } }
machines: [{ mac: 52:54:00:00:00:01, name: pc-1, vars: { api_key: MACHINES, users: [{ name: ann, password: NESTED }] }, arguments: ['inst.rootpw=ROOT'] }]
notify: [{ url: 'https://hooks.example.org/services/T0/B0/PATH?key=QUERY' }]
`;
  const config = parseConfig(text, { path: '/srv/pxectl.yaml', stateRoot: '/srv/.pxectl' });
  const shown = new Masker(namedSecrets(config)).text(text);
  expect(shown).not.toMatch(/ARGUMENT|GLOBAL|FIRST|SECOND|MACHINES|NESTED|ROOT|PATH|QUERY/);
  for (const kept of ['quiet', '/dev/sda', 'https://hooks.example.org/[secret]'])
    expect(shown).toContain(kept);
});
