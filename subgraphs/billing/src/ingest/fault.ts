import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** Why a file cannot be charged, or not to its end. What was charged before stays charged. */
export type IngestFaultCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_NOT_READABLE'
  | 'FORMAT_UNKNOWN'
  | 'EMPTY_FILE'
  | 'WRONG_HEADER'
  | 'GZIP_DAMAGED'
  | 'REJECTS_NOT_WRITABLE'
  | 'INTERRUPTED'

export class IngestFault extends CommandFault<IngestFaultCode> {}
