#!/usr/bin/env node
import process from 'node:process';

// stacks are shown with --verbose alone, and reading the maps of all files takes time
if (process.argv.some((word) => word === '-v' || word === '--verbose')) process.setSourceMapsEnabled(true);
const { main } = await import('../dist/cli/main.js');
await main(process.argv);
