/** What a signature is asked about. */
export interface Signed {
  readonly bytes: Uint8Array;
  /** Armoured, as `ssh-keygen -Y sign` writes it. */
  readonly signature: string;
  /** What it must have been made for: a signature for anything else does not count. */
  readonly namespace: string;
  /** Text of a file in the format of ssh-keygen(1) ALLOWED SIGNERS. */
  readonly allowedSigners: string;
  /** Who must have signed. Default: whom the key belongs to among the allowed signers. */
  readonly identity?: string | undefined;
  /** When the signer must have been allowed. Default: now. */
  readonly at?: Date | undefined;
}

/** Who signed, as the allowed signers name them, or why it is no signature of one. */
export type Verification = { readonly identity: string } | { readonly problem: string };

/** Verifies signatures. It looks at nothing but what it is given, so a recording need not hold its answers. */
export interface SignaturesPort {
  verify(signed: Signed): Verification;
}
