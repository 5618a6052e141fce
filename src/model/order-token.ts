/** What a machine shows for the order that it boots for. A secret: never in events, logs or states. */
export interface OrderToken {
  /** 32 hex digits, random */
  readonly secret: string;
  /** it is for one boot, and none has asked for the seed: there is nothing to report */
  readonly isUnspent?: boolean;
  /** when a boot spent the order, ISO 8601; absent while it is armed */
  readonly spentAt?: string;
  /** the boot that spent it has told its end */
  readonly isOver?: boolean;
  /** of a boot that may still install while this order waits for the next one */
  readonly earlier?: OrderToken;
}

const PREFIX = 'token-';

/** The part of a URL that shows it, with the slash before it; empty without a token. */
export function tokenSegment(token: OrderToken | undefined): string {
  return token === undefined ? '' : `/${PREFIX}${token.secret}`;
}

/** Takes the token out of the path of a seed or a report: what is left may be told in events. */
export function takeToken(path: string): { readonly path: string; readonly token?: string } {
  const [, before, token, rest = ''] = /^(\/(?:seed|report)\/[^/]+)\/token-([^/]*)(\/.*)?$/.exec(path) ?? [];
  return before === undefined || token === undefined ? { path } : { path: `${before}${rest}`, token };
}
