import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** Why `pnpm fx:import` cannot read a file, and what it means: `docs/errors.md` lists them. */
export const FX_IMPORT_FAULTS = {
  FILE_UNREADABLE: 'The file is not there, or may not be read.',
  FILE_TOO_LARGE: 'The file has more bytes than all rates of a century.',
  BAD_ENCODING: 'The file is not UTF-8.',
} as const

export class FxImportFault extends CommandFault<keyof typeof FX_IMPORT_FAULTS> {}
