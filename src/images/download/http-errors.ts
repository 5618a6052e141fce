import { assetError, messageOf, PxectlError, systemCodeOf } from '../../model/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server cannot be resolved',
  EAI_AGAIN: 'the name of the server cannot be resolved just now',
  ECONNREFUSED: 'the server refuses the connection',
  EHOSTUNREACH: 'there is no way to the server',
  ENETUNREACH: 'there is no way to the server',
  ECONNRESET: 'the server closed the connection',
  UND_ERR_SOCKET: 'the server closed the connection in the middle',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the server took the request and says nothing',
  UND_ERR_BODY_TIMEOUT: 'the server went silent in the middle',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the server sent another number of bytes than it said',
};

/**
 * An error of a connection, in words. An abort by the user passes as it is.
 * @param proxy the one that may have been asked, for the message
 */
export function connectionError(
  error: unknown,
  url: string,
  signal: AbortSignal | undefined,
  proxy?: string,
): unknown {
  if (signal?.aborted === true || error instanceof PxectlError) return error;
  const code = systemCodeOf(error) ?? systemCodeOf((error as { cause?: unknown } | null)?.cause) ?? '';
  const through = proxy === undefined ? '' : ` (a proxy is set: ${proxy})`;
  const base = { what: `${url} cannot be read`, cause: error };
  if (isCertificateError(code)) {
    return assetError('E_DOWNLOAD', {
      ...base,
      why: `the certificate of the server is not trusted: ${firstLine(messageOf(error))}${through}`,
      next: "for the certificate authority of a company: NODE_EXTRA_CA_CERTS=FILE pxectl …; or check this machine's clock",
      details: { isRetryable: false, url },
    });
  }
  const proxyStatus = /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(messageOf(error))?.[1];
  if (proxyStatus !== undefined) return proxyError(Number(proxyStatus), url, proxy);
  const isNoTls = code.startsWith('ERR_SSL_');
  const reason = isNoTls
    ? 'the server does not speak TLS there'
    : code.startsWith('HPE_')
      ? 'what the server sends is no HTTP'
      : (REASONS[code] ?? firstLine(messageOf(error)));
  return assetError('E_DOWNLOAD', {
    ...base,
    why: reason + through,
    next: 'check the network, or name a mirror: --mirror PREFIX=URL',
    details: { isRetryable: !isNoTls, url },
  });
}

function proxyError(status: number, url: string, proxy: string | undefined): Error {
  return assetError('E_DOWNLOAD', {
    what: `${url} cannot be read`,
    why:
      status === 407
        ? `the proxy wants a user name and a password${proxy === undefined ? '' : `: ${proxy}`}`
        : `the proxy refuses to connect there (HTTP ${status})${proxy === undefined ? '' : `: ${proxy}`}`,
    next:
      status === 407
        ? 'export https_proxy=http://USER:PASSWORD@HOST:PORT (and http_proxy)'
        : 'ask whoever runs the proxy, set no_proxy=HOST, or name a mirror: --mirror PREFIX=URL',
    details: { url, status, isRetryable: false },
  });
}

/** The names that Node takes from OpenSSL's X509_V_ERR_…, and its own for a wrong host name. */
function isCertificateError(code: string): boolean {
  return code.includes('CERT') || code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

export function statusError(status: number, url: string, proxy: string | undefined): Error {
  if (status === 407) return proxyError(status, url, proxy);
  if (status === 404 || status === 410) {
    return assetError('E_NOT_FOUND', {
      what: `${url} is not there (HTTP ${status})`,
      next: 'try again later (a mirror may be in the middle of an update), or name another: --mirror PREFIX=URL',
      details: { url, status },
    });
  }
  return assetError('E_DOWNLOAD', {
    what: `${url} was refused (HTTP ${status})`,
    why: status >= 500 ? 'the server has a problem' : 'the server does not give it to us',
    next: 'try again later, or name a mirror: --mirror PREFIX=URL',
    details: { url, status, isRetryable: status >= 500 || status === 429 || status === 408 },
  });
}

/** Whether a server said that it has no such file: another place may have it. */
export function isMissingOnServer(error: unknown): boolean {
  return (
    error instanceof PxectlError && error.code === 'E_NOT_FOUND' && error.details?.['status'] !== undefined
  );
}

export function redirectError(url: string, why: string): Error {
  return assetError('E_DOWNLOAD', {
    what: `${url} cannot be read`,
    why,
    next: 'check the address and mirrors, or name another mirror: --mirror PREFIX=URL',
    details: { url },
  });
}

export function offlineError(url: string): Error {
  return assetError('E_OFFLINE', {
    what: `${url} would have to be fetched, and --offline forbids it`,
    next: 'leave out --offline, or name a file of your own: pxectl fetch FILE',
    details: { url },
  });
}
