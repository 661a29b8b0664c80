import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** Why `pnpm statement:check` cannot look at a file, and what it means: `docs/errors.md` lists them. */
export const CHECK_FAULTS = {
  FILE_NOT_FOUND: 'There is no such file.',
  FILE_NOT_READABLE: 'The file may not be read, or is no file.',
  MAPPING_NOT_JSON: 'The file with the mapping is not JSON.',
} as const

export class CheckFault extends CommandFault<keyof typeof CHECK_FAULTS> {}
