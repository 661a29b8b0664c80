import { parseSigningKeys } from '@carriergraph/shared/signature/keys.ts'

/** The keys that toy subgraphs and the gateways in front of them share. */
export const TOY_KEYS = parseSigningKeys('toy:a-secret-that-only-tests-know-of-0123456789')
