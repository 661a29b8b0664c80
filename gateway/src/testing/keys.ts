import { parseSigningKeys } from '@carriergraph/shared/signature/keys.ts'

/** As SIGNING_KEYS has it. */
export const TOY_SIGNING_KEYS = 'toy:a-secret-that-only-tests-know-of-0123456789'

/** The keys that toy subgraphs and the gateways in front of them share. */
export const TOY_KEYS = parseSigningKeys(TOY_SIGNING_KEYS)
