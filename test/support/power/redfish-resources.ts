/** What the test controller shows, after DSP2046 (Redfish Resource and Schema Guide), with what it requires of each. */

export const SYSTEM = '/redfish/v1/Systems/node';
export const SYSTEMS = '/redfish/v1/Systems';
export const SESSIONS = '/redfish/v1/SessionService/Sessions';
export const RESET = `${SYSTEM}/Actions/ComputerSystem.Reset`;

export const BOOT_VALUES = {
  BootSourceOverrideEnabled: ['Disabled', 'Once', 'Continuous'],
  BootSourceOverrideTarget: ['None', 'Pxe', 'Hdd', 'UefiHttp'],
  BootSourceOverrideMode: ['Legacy', 'UEFI'],
} as const;
export type Boot = Record<keyof typeof BOOT_VALUES, string>;

export const serviceRoot = (hasSessions: boolean): object => ({
  '@odata.id': '/redfish/v1/',
  '@odata.type': '#ServiceRoot.v1_9_0.ServiceRoot',
  Id: 'RootService',
  Name: 'Root Service',
  RedfishVersion: '1.12.0',
  Systems: { '@odata.id': SYSTEMS },
  ...(hasSessions
    ? {
        SessionService: { '@odata.id': '/redfish/v1/SessionService' },
        Links: { Sessions: { '@odata.id': SESSIONS } },
      }
    : {}),
});

export const systems = (): object => ({
  '@odata.id': SYSTEMS,
  '@odata.type': '#ComputerSystemCollection.ComputerSystemCollection',
  Name: 'Computer System Collection',
  Members: [{ '@odata.id': SYSTEM }],
  'Members@odata.count': 1,
});

export const session = (id: string, user: string): object => ({
  '@odata.id': `${SESSIONS}/${id}`,
  '@odata.type': '#Session.v1_3_0.Session',
  Id: id,
  Name: 'User Session',
  UserName: user,
});

export const system = (isOn: boolean, boot: Boot, resets: readonly string[]): object => ({
  '@odata.id': SYSTEM,
  '@odata.type': '#ComputerSystem.v1_13_0.ComputerSystem',
  Id: 'node',
  Name: 'node',
  SystemType: 'Physical',
  PowerState: isOn ? 'On' : 'Off',
  Boot: {
    ...boot,
    ...Object.fromEntries(
      Object.entries(BOOT_VALUES).map(([key, values]) => [`${key}@Redfish.AllowableValues`, values]),
    ),
  },
  Actions: {
    '#ComputerSystem.Reset': { target: RESET, 'ResetType@Redfish.AllowableValues': resets },
  },
});

/** DSP0266, error responses. */
export const errorOf = (code: string, message: string): object => ({
  error: {
    code: `Base.1.8.${code}`,
    message: 'See @Message.ExtendedInfo',
    '@Message.ExtendedInfo': [
      { '@odata.type': '#Message.v1_1_1.Message', MessageId: `Base.1.8.${code}`, Message: message },
    ],
  },
});
