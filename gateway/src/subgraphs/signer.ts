import type { Clock } from '@carriergraph/shared/clock.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'

/** The header that proves to a subgraph that a request is the gateway's; each call uses up a new nonce. */
export type Signer = (method: string, path: string, body: string) => Readonly<Record<string, string>>

export const createSigner =
  (keys: SigningKeys, clock: Clock): Signer =>
  (method, path, body) => ({ [SIGNATURE_HEADER]: signRequest({ keys, method, path, body, now: clock() }) })
