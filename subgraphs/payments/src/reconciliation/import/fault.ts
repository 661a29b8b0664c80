import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** Why `pnpm statement:import` stores nothing of a file that holds, and what it means: `docs/errors.md` lists them. */
export const STATEMENT_IMPORT_FAULTS = {
  STATEMENT_ID_NEEDED: 'Neither the mapping nor an option says which statement a CSV file is.',
  STATEMENT_CHANGED: 'A statement of the file was imported before, with other lines.',
  BOOKED_AHEAD:
    'An entry is booked more than a month after its statement and after today: until then nobody would look at it.',
  IMPORT_RUNNING: 'Another import for the tenant is running.',
  INTERRUPTED: 'It was told to stop; nothing of the file was stored.',
} as const

/** Nothing of the file is stored. */
export class ImportFault extends CommandFault<keyof typeof STATEMENT_IMPORT_FAULTS> {}
