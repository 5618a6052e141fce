// Preloaded by a test: makes the optional package koffi look as if it were not installed.
import { register } from 'node:module';

const hook = `export function resolve(specifier, context, next) {
  if (specifier === 'koffi') throw new Error('koffi is hidden');
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
