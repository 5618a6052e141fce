/** The server of the virtual LAN, and what hosts on it ask it for. */
export const SERVER = '192.168.1.50';
/** The host that minds its own business. */
export const CLIENT = '192.168.1.60';
export const HTTP_PORT = 8080;
export const KERNEL = '/images/debian-12/linux';
export const INITRD = '/images/debian-12/initrd.gz';
export const LOADER = 'ipxe/snponly-x64.efi';
export const SMALL_FILE = 'pxelinux.cfg/default';
/** Stands in files that nobody may be served. */
export const SECRET = 'this-is-nobodys-business';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
