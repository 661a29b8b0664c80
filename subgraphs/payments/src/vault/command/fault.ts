import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** The codes of what keeps `pnpm vault:keys` from its work, and what they mean: `docs/errors.md` lists them. */
export const VAULT_COMMAND_FAULTS = {
  KEYS_UNUSABLE: 'The keys are missing, or are at fault: the sentence names the variable.',
  ACTIVE_KEY_UNUSABLE: 'The active data key of a tenant cannot be unwrapped, so nothing can be put under it.',
  INTERRUPTED: 'It was told to stop, and ended behind a batch.',
} as const

/** Why the command stopped. What it did before stays done. */
export class VaultCommandFault extends CommandFault<keyof typeof VAULT_COMMAND_FAULTS> {}
