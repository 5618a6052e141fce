/** What boards say that were given no serial number (dmidecode of many of them). */
const NO_SERIAL_NUMBERS: readonly string[] = [
  'to be filled by o.e.m.',
  'system serial number',
  'default string',
  'not specified',
  'not applicable',
  'none',
  'unknown',
  'invalid',
  '0',
  '0123456789',
  '123456789',
];

/** Whether this tells a machine from others. */
export const isSerialNumber = (text: string): boolean => !NO_SERIAL_NUMBERS.includes(text.toLowerCase());
