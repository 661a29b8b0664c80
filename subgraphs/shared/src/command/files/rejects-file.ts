import { open, stat } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import { FileFault } from './fault.ts'
import type { RejectedLine } from './rejected-line.ts'

const COLUMNS = ['line', 'code', 'field', 'message', 'text']

/** Rejected lines as CSV: to be looked at, mended, and sent again in a file of their own. */
export type RejectsFile = {
  append(lines: readonly RejectedLine[]): Promise<void>
  close(): Promise<void>
}

/** Begins the file anew. @throws FileFault where it cannot be written, or is the file that is read, `source` */
export async function openRejectsFile(path: string, source: string): Promise<RejectsFile> {
  // Opening it for writing would empty what was not read yet.
  if (await isSameFile(path, source))
    throw new FileFault('REJECTS_NOT_WRITABLE', `${path} is the file that is read: name another one.`)
  const file = await open(path, 'w').catch((error: NodeJS.ErrnoException) => {
    throw new FileFault('REJECTS_NOT_WRITABLE', `${path} cannot be written: ${error.code ?? error.message}.`)
  })
  await file.appendFile(stringify([[...COLUMNS]]))
  return {
    async append(lines) {
      if (lines.length === 0) return
      const rows = lines.map(({ number, code, field, message, text }) => [number, code, field, message, text])
      // The lines come from outside, and who looks at them does so in a spreadsheet: it must not run them.
      await file.appendFile(stringify(rows, { escape_formulas: true }))
    },
    close: () => file.close(),
  }
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([path, other].map((name) => stat(name).catch(() => undefined)))
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino
}
