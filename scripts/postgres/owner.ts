import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { PostgresStartError } from './failure.ts'

/** The unprivileged account that runs the server; PostgreSQL refuses to run as root. */
export interface Owner {
  uid: number
  gid: number
}

export const isRoot = (): boolean => process.getuid?.() === 0

/** In this order; both exist by themselves, so no account is ever added to somebody's machine. */
const CANDIDATES = ['postgres', 'nobody']

function lookUp(name: string): Owner | undefined {
  const ask = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    return undefined
  }
}

/** The first account of `candidates` that exists. Throws NO_UNPRIVILEGED_USER when none does. */
export function findUnprivilegedUser(candidates = CANDIDATES): Owner {
  for (const name of candidates) {
    const owner = lookUp(name)
    if (owner) return owner
  }
  throw new PostgresStartError(
    'NO_UNPRIVILEGED_USER',
    `PostgreSQL refuses to run as root and this machine has no user named ${candidates.join(' or ')}: start as a normal user or set DATABASE_URL_* to a PostgreSQL of your own.`,
  )
}

/**
 * Who shall run the cluster in `dataDir`: `undefined` means the current user. Root keeps an existing cluster's owner, so
 * that starting once with sudo does not lock out the one who created it.
 */
export async function ownerOf(dataDir: string): Promise<Owner | undefined> {
  const existing = await fs.stat(dataDir).catch(() => undefined)
  if (!isRoot()) {
    if (existing && process.getuid && existing.uid !== process.getuid()) {
      throw new PostgresStartError(
        'NOT_OWNER',
        `${dataDir} belongs to user id ${existing.uid}: start as that user, or remove the directory to begin anew.`,
      )
    }
    return undefined
  }
  return existing && existing.uid !== 0 ? { uid: existing.uid, gid: existing.gid } : findUnprivilegedUser()
}

/** Whether `owner` may pass through every directory from the root down to `directory`. */
export async function canReach(owner: Owner, directory: string): Promise<boolean> {
  for (let current = await fs.realpath(directory); ; current = path.dirname(current)) {
    const { mode, uid, gid } = await fs.stat(current)
    const execute = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001
    if ((mode & execute) === 0) return false
    if (current === path.dirname(current)) return true
  }
}
