export type SignatureState =
  | 'good'
  | 'bad'
  | 'unknown-key'
  | 'expired-key'
  | 'expired-signature'
  | 'revoked-key'
  /** an algorithm that is too weak, or a packet that makes no sense */
  | 'unusable';

/** What a checker found out about one signature; whom to trust is decided elsewhere. */
export interface SignatureFacts {
  readonly state: SignatureState;
  /** upper-case hex, 16 digits */
  readonly keyId: string | undefined;
  /** primary key, upper-case hex; known only when the key is in the ring */
  readonly fingerprint: string | undefined;
  readonly userId: string | undefined;
  readonly problem?: string;
}
