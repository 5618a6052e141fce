import process from 'node:process';

// loaded before pxectl: what it sees of a Mac, as far as a Linux can show it
Object.defineProperty(process, 'platform', { value: 'darwin' });
