import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** The codes of what cannot be charged, and what they mean: `docs/errors.md` lists them. */
export const INGEST_FAULTS = {
  FILE_NOT_FOUND: 'There is no such file.',
  FILE_NOT_READABLE: 'The file may not be read, or is no file.',
  FORMAT_UNKNOWN: 'The name of the file does not tell its format, and no option does.',
  EMPTY_FILE: 'The file has no line.',
  WRONG_HEADER: 'The first line is not the header of a CSV file of call detail records.',
  GZIP_DAMAGED: 'The packed file is damaged or cut off.',
  REJECTS_NOT_WRITABLE: 'The file for rejected lines cannot be written.',
  INTERRUPTED: 'It was told to stop, and ended behind a batch.',
} as const

export type IngestFaultCode = keyof typeof INGEST_FAULTS

/** Why a file cannot be charged, or not to its end. What was charged before stays charged. */
export class IngestFault extends CommandFault<IngestFaultCode> {}
