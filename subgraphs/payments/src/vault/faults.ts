/**
 * What keeps sealed data from being read, and what it means: `docs/errors.md` lists them. They stand in logs and in the
 * command's words; clients of the graph learn CARD_UNREADABLE or VAULT_UNAVAILABLE.
 */
export const SEAL_FAULTS = {
  SEAL_MALFORMED: 'What is stored is too short for a sealed card number, or of a version that is not known.',
  SEAL_BROKEN: 'A sealed card number was changed, was moved to another card or tenant, or is under another key.',
  DATA_KEY_MISSING: 'There is no data key of the id that a card names.',
  DATA_KEY_BROKEN: 'A wrapped data key was changed or moved, or the wrapping key of its id is another one.',
  WRAPPING_KEY_MISSING: 'The wrapping key that a data key is under is not among those that were given.',
} as const

export type SealFault = keyof typeof SEAL_FAULTS

/** What `pnpm vault:keys reencrypt` says about a card that it could move only in part. */
export const REENCRYPT_FAULTS = {
  CARD_ADDED_TWICE:
    'The owner has another card of the same number, which is named: remove one of the two. Until then the lookup key is needed that this one is found by.',
} as const
