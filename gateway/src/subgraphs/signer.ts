import type { Clock } from '@carriergraph/shared/clock.ts'
import { digestOf } from '@carriergraph/shared/signature/canonical.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'

/**
 * What proves to a subgraph that a request is the gateway's (SIGNATURE_HEADER); each use takes up a new nonce.
 * @param digest of the body, where it is known
 */
export type Signer = (method: string, path: string, body: string, digest?: string) => string

export const createSigner =
  (keys: SigningKeys, clock: Clock): Signer =>
  (method, path, body, digest = digestOf(body)) =>
    signRequest({ keys, method, path, body, digest, now: clock() })
