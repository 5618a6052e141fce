/** Set by `up --detach` for the process that goes on in the background. */
export const DETACHED_VARIABLE = 'PXECTL_DETACHED';

/** Whether this is that process: whoever started it tells the user. */
export const isInBackground = (): boolean => process.env[DETACHED_VARIABLE] === '1';
