import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Where files are put for whoever carries them to the bank. A file is first made whole where nobody takes it, and then
 * moved to where it is taken: the move is one step, and afterwards it can be told whether it was made, even where the file
 * is gone because it was taken.
 */
export type Outbox = {
  /** Makes the file, whole and on the disk, where nobody takes it; over what a process left there that died. */
  stage(name: string, content: string): Promise<void>
  isStaged(name: string): Promise<boolean>
  /** Moves it to where it is taken. */
  publish(name: string): Promise<void>
  /** Removes what may lie there of a file that is not to be moved any more. */
  discard(name: string): Promise<void>
}

/** What is made lies in it, so that moving stays within one file system. */
export const STAGING_FOLDER = '.staged'

/** A folder from which files are carried to the bank. Whoever does so takes what has no dot before its name. */
export async function openOutbox(folder: string): Promise<Outbox> {
  const staging = join(folder, STAGING_FOLDER)
  await mkdir(staging, { recursive: true })
  return {
    async stage(name, content) {
      const temporary = join(staging, `${name}.part`)
      const file = await open(temporary, 'w', FILE_MODE)
      try {
        await file.writeFile(content)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, join(staging, name))
      await syncFolder(staging)
    },
    isStaged: (name) =>
      access(join(staging, name)).then(
        () => true,
        () => false,
      ),
    async publish(name) {
      await rename(join(staging, name), join(folder, name))
      await syncFolder(folder)
      await syncFolder(staging)
    },
    discard: (name) => rm(join(staging, name), { force: true }),
  }
}

/** Names and accounts of customers are in it. */
const FILE_MODE = 0o600

/** The names in a folder are on the disk as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
