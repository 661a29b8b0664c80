import type { Clock } from '@carriergraph/shared/clock.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'

/** What proves to a subgraph that a request is the gateway's (SIGNATURE_HEADER); each use takes up a new nonce. */
export type Signer = (method: string, path: string, body: string) => string

export const createSigner =
  (keys: SigningKeys, clock: Clock): Signer =>
  (method, path, body) =>
    signRequest({ keys, method, path, body, now: clock() })
