import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** Why a file cannot be imported. Nothing was stored. */
export class ImportFault extends CommandFault<'FILE_UNREADABLE' | 'FILE_TOO_LARGE' | 'TOPOLOGY_UNKNOWN'> {}
