import { CommandFault } from '../fault.ts'

/** Why a file of records cannot be worked on, and what the codes mean: `docs/errors.md` lists them. */
export const FILE_FAULTS = {
  FILE_NOT_FOUND: 'There is no such file.',
  FILE_NOT_READABLE: 'The file may not be read, or is no file.',
  FORMAT_UNKNOWN: 'The name of the file does not tell its format, and no option does.',
  EMPTY_FILE: 'The file has no line.',
  WRONG_HEADER: 'The first line is not the header that the command reads.',
  GZIP_DAMAGED: 'The packed file is damaged or cut off.',
  REJECTS_NOT_WRITABLE: 'The file for rejected lines cannot be written.',
  INTERRUPTED: 'It was told to stop, and ended behind a batch.',
} as const

export type FileFaultCode = keyof typeof FILE_FAULTS

/** Why a file cannot be worked on, or not to its end. What was done before stays done. */
export class FileFault extends CommandFault<FileFaultCode> {}
