import { userInfo } from 'node:os';

/** Whoever gave the order: under sudo the one who typed it. */
export function userName(): string {
  return process.env['SUDO_USER'] ?? userInfo().username;
}
