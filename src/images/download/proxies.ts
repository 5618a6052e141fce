import { assetError } from '../../model/errors.ts';

/** What the environment says about proxies; `no_proxy` is left to the HTTP library. */
export interface Proxies {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
}

const PROTOCOLS = ['http:', 'https:', 'socks:', 'socks5:'];

/**
 * Reads `http_proxy` and `https_proxy`, in capitals too. As curl has it, a value without a scheme is an HTTP proxy.
 * @throws PxectlError E_DOWNLOAD when a value is no address
 */
export function readProxies(env: NodeJS.ProcessEnv = process.env): Proxies {
  const httpProxy = readProxy('http_proxy', env);
  const httpsProxy = readProxy('https_proxy', env);
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
  };
}

function readProxy(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const key = env[name] === undefined ? name.toUpperCase() : name;
  const value = env[key]?.trim();
  if (value === undefined || value === '') return undefined;
  const url = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(url) && PROTOCOLS.includes(new URL(url).protocol)) return url;
  throw assetError('E_DOWNLOAD', {
    what: `the proxy in the environment variable ${key} cannot be used`,
    why: 'its value is no address of an HTTP or SOCKS5 proxy',
    next: `export ${key}=http://HOST:PORT, or: unset ${key}`,
  });
}

/** The proxy that a request may have gone through, for messages: without its user and password. */
export function proxyInWords(url: string, { httpProxy, httpsProxy }: Proxies): string | undefined {
  // without a proxy of its own, the library sends https through the one for http
  const proxy = url.startsWith('https:') ? (httpsProxy ?? httpProxy) : httpProxy;
  return proxy === undefined ? undefined : `${new URL(proxy).protocol}//${new URL(proxy).host}`;
}
