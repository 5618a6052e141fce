/**
 * Where docs/ is published: the one place that says so, with package.json, whose homepage it is. A name that nobody can register
 * (RFC 2606) until there is such a place: somebody else's would give root advice.
 */
export const DOCUMENTATION = 'https://pxectl.test/';

/** The part of docs/errors.md about this code. */
export const errorAddress = (code: string): string => `${DOCUMENTATION}errors#${code.toLowerCase()}`;

/** The part of docs/troubleshooting.md about this finding, or this text on a screen. */
export const findingAddress = (id: string): string => `${DOCUMENTATION}troubleshooting#${id}`;

/** The JSON Schema of pxectl.yaml, for editors. */
export const CONFIG_SCHEMA_ADDRESS = `${DOCUMENTATION}schemas/pxectl.yaml.schema.json`;
