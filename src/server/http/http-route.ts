import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';

/** A request for something that is made per machine. */
export interface HttpRouteRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** decoded path, starting with the route's prefix; without the token of an order, so that it may be told */
  readonly path: string;
  /** the token of an order that the path showed: a secret */
  readonly token?: string;
  readonly query: URLSearchParams;
  readonly ip: Ipv4Address;
  /** the MAC that the neighbour table has for `ip` */
  readonly mac?: MacAddress;
  readonly userAgent: string;
  /**
   * Reads the body: empty unless POST, at most 1 MiB. To be called when it is clear that whoever sends it may.
   * Rejects when there is none or too much of it; the server answers that itself.
   */
  readBody(): Promise<Uint8Array>;
}

export interface HttpRouteResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Answers every request whose path starts with `prefix`; undefined means "not found". */
export interface HttpRoute {
  /** with leading and trailing slash, for example `/seed/` */
  readonly prefix: string;
  handle(request: HttpRouteRequest): Promise<HttpRouteResponse | undefined>;
}
