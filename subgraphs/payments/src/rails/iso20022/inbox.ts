import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StatementSource } from '../../statements/read-statement.ts'

/** A file that came from the bank. */
export type BankFile = {
  readonly name: string
  readonly source: StatementSource
  /** What is in it was stored: it is put aside. */
  done(): Promise<void>
  /** It is put aside with the reason beside it. */
  refused(reason: string): Promise<void>
}

export const READ_FOLDER = 'read'
export const REFUSED_FOLDER = 'refused'
/** Looked at in one go; the rest is there the next time. */
const FILES_MAX = 1_000

/**
 * The files in a folder that were carried from the bank, by name. Whoever puts them there moves them in whole: what begins
 * with a dot is not looked at.
 */
export async function bankFiles(folder: string): Promise<BankFile[]> {
  await mkdir(join(folder, READ_FOLDER), { recursive: true })
  await mkdir(join(folder, REFUSED_FOLDER), { recursive: true })
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name)
  return names
    .sort()
    .slice(0, FILES_MAX)
    .map((name) => ({
      name,
      source: { open: () => createReadStream(join(folder, name)) },
      done: () => putAside(folder, READ_FOLDER, name),
      async refused(reason) {
        await writeFile(join(folder, REFUSED_FOLDER, `${name}.reason.txt`), `${reason}\n`)
        await putAside(folder, REFUSED_FOLDER, name)
      },
    }))
}

/** Another process may have done so before: it read the same. */
async function putAside(folder: string, to: string, name: string): Promise<void> {
  await rename(join(folder, name), join(folder, to, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
