import { z } from 'zod'
import { type NamedSecret, readConfig, secretsList } from '../config.ts'

/** The first key signs, all verify: a key is rotated by putting the new one behind, then before, then dropping the old. */
export type SigningKeys = readonly [NamedSecret, ...NamedSecret[]]

/**
 * Reads `kid:secret[,kid2:secret2]`, for those who have the text from elsewhere than `readConfig`.
 * @throws ConfigError that names the faulty entry and never its secret
 */
export const parseSigningKeys = (text: string): SigningKeys =>
  readConfig(z.object({ SIGNING_KEYS: secretsList }), { SIGNING_KEYS: text }).SIGNING_KEYS
