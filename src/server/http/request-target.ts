import { takeToken } from '../../model/order-token.ts';

export interface RequestTarget {
  /** decoded, with a leading slash and without empty segments; may be told in events: without the token of an order */
  readonly path: string;
  /** that token: a secret */
  readonly token?: string;
  readonly query: URLSearchParams;
}

/** Reads the target of a request line: origin-form, or absolute-form as proxies send it (RFC 9112 §3.2). */
export function readTarget(url: string): RequestTarget | undefined {
  const withoutHost = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const [beforeHash = ''] = withoutHost.split('#', 1);
  const mark = beforeHash.indexOf('?');
  const rawPath = mark === -1 ? beforeHash : beforeHash.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : beforeHash.slice(mark + 1));
  if (rawPath !== '' && !rawPath.startsWith('/')) return undefined;
  try {
    const path = decodeURIComponent(rawPath);
    return {
      ...takeToken(
        `/${path
          .split('/')
          .filter((segment) => segment !== '')
          .join('/')}${isFolder(path) ? '/' : ''}`,
      ),
      query,
    };
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return path.endsWith('/') && /[^/]/.test(path);
}
