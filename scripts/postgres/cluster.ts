import fs from 'node:fs/promises'
import path from 'node:path'
import type { Binaries } from './binaries.ts'
import { explainOutput, PostgresStartError } from './failure.ts'
import { canReach, type Owner } from './owner.ts'
import { run } from './programs.ts'

export const SUPERUSER = 'postgres'
const MAJOR_VERSION = '18'

const exists = (file: string) =>
  fs.lstat(file).then(
    () => true,
    () => false,
  )

/**
 * The real place of the cluster. It is `dataDir` itself, unless `owner` cannot get there (a clone in root's private
 * home): then `dataDir` becomes a link to a new directory below `elsewhere`. Removing the link begins anew.
 */
export async function placeCluster(
  dataDir: string,
  owner: Owner | undefined,
  elsewhere = '/var/lib/carriergraph',
): Promise<string> {
  if ((await fs.lstat(dataDir).catch(() => undefined))?.isSymbolicLink()) {
    const target = path.resolve(path.dirname(dataDir), await fs.readlink(dataDir))
    if (await exists(path.dirname(target))) return target
    await fs.unlink(dataDir)
  }
  if (!owner || (await canReach(owner, path.dirname(dataDir)))) return dataDir
  await fs.mkdir(elsewhere, { recursive: true, mode: 0o755 })
  const home = await fs.mkdtemp(path.join(elsewhere, 'postgres-'))
  await fs.chmod(home, 0o755)
  const place = path.join(home, 'data')
  await fs.symlink(place, dataDir)
  return place
}

/** Whether a finished cluster lies in `place`. Throws when something else does, or one of another major version. */
async function isCluster(place: string): Promise<boolean> {
  const version = await fs.readFile(path.join(place, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version?.trim() === MAJOR_VERSION) return true
  if (version !== undefined) {
    throw new PostgresStartError(
      'VERSION_MISMATCH',
      `${place} was created by PostgreSQL ${version.trim()} and this is ${MAJOR_VERSION}: upgrade it with pg_upgrade, or remove it to begin anew.`,
    )
  }
  if (!(await exists(place))) return false
  if ((await fs.readdir(place)).length > 0) {
    throw new PostgresStartError(
      'NOT_A_CLUSTER',
      `${place} is not empty and holds no PostgreSQL cluster: choose another directory or empty it.`,
    )
  }
  // Windows does not rename over it.
  await fs.rmdir(place)
  return false
}

/** What an initdb that was killed left; one that still runs then fails by itself. */
async function removeUnfinished(place: string): Promise<void> {
  const parent = path.dirname(place)
  const prefix = `${path.basename(place)}.initdb-`
  for (const name of await fs.readdir(parent)) {
    // What cannot go now (an initdb still writing into it) goes next time.
    if (name.startsWith(prefix)) await fs.rm(path.join(parent, name), { recursive: true }).catch(() => undefined)
  }
}

/**
 * Creates the cluster in `place` unless it is there: UTF-8, byte-order collation from PostgreSQL itself (the same on
 * every machine), password for every connection. initdb works under a temporary name that is renamed at the end, so
 * a cluster under its own name is always complete.
 */
export async function ensureCluster(options: {
  place: string
  binaries: Binaries
  owner: Owner | undefined
  password: string
  /** `false` only where the data may be lost with the machine. */
  durable: boolean
  onProgress?: ((step: string) => void) | undefined
}): Promise<void> {
  const { place, binaries, owner, password, durable, onProgress } = options
  if (await isCluster(place)) return
  await removeUnfinished(place)
  onProgress?.('Creating the PostgreSQL cluster')
  const unfinished = await fs.mkdtemp(`${place}.initdb-`)
  const passwordFile = `${unfinished}.password`
  try {
    await fs.writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' })
    if (owner) for (const file of [unfinished, passwordFile]) await fs.chown(file, owner.uid, owner.gid)
    const args = ['-D', unfinished, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    args.push('--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C')
    args.push('--no-instructions', ...(durable ? [] : ['--no-sync']))
    const initdb = await run(binaries.initdb, args, owner)
    if (!initdb.ok) throw explainOutput(initdb.output, { dataDir: place })
    await fs.rename(unfinished, place)
  } finally {
    await fs.rm(passwordFile, { force: true })
    await fs.rm(unfinished, { recursive: true, force: true })
  }
}
