import { createReadStream, existsSync } from 'node:fs'
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
      async done() {
        const to = join(folder, READ_FOLDER)
        await putAside(join(folder, name), join(to, await freeName(to, name)))
      },
      async refused(reason) {
        const to = join(folder, REFUSED_FOLDER)
        const kept = join(to, await freeName(to, name))
        await writeFile(`${kept}${REASON_SUFFIX}`, `${reason}\n`)
        await putAside(join(folder, name), kept)
      },
    }))
}

/** As most file systems have it, in bytes, less what is put behind a name: a number and REASON_SUFFIX. */
const NAME_BYTES_MAX = 255 - 30
const REASON_SUFFIX = '.reason.txt'

/** The name, or where a bank gave it to another file before, the name with a number behind it; cut where it is too long for that. */
async function freeName(folder: string, name: string): Promise<string> {
  const fitting = new TextDecoder().decode(Buffer.from(name).subarray(0, NAME_BYTES_MAX)).replace(/\uFFFD$/, '')
  for (let number = 0; ; number += 1) {
    const candidate = number === 0 ? fitting : `${fitting}.${number}`
    if (!existsSync(join(folder, candidate))) return candidate
  }
}

/** Another process may have done so before: it read the same. */
async function putAside(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
