import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'
import { generateDrizzleJson } from 'drizzle-kit/api'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { drizzleConfig } from './drizzle-config.ts'

const DRIZZLE_KIT = fileURLToPath(new URL('bin.cjs', import.meta.resolve('drizzle-kit')))

const run = promisify(execFile)

/**
 * What is wrong with the migrations that `configPath` (a `drizzle.config.ts`) names: the schema in code has changed
 * and no migration was generated, a migration file is missing, two branches generated migrations side by side, or one that
 * is behind another is dated before it.
 * For `pnpm check`; asks no database.
 * @returns sentences for a person; none when all is well
 */
export async function migrationsDrift(configPath: string): Promise<string[]> {
  const folder = dirname(resolve(configPath))
  const { default: config }: { default: ReturnType<typeof drizzleConfig> } = await import(fileUrl(configPath))
  const migrations = resolve(folder, config.out)
  const faults = await Promise.all([
    schemaDrift(await import(fileUrl(resolve(folder, config.schema))), migrations),
    missingFiles(migrations),
    outOfTime(migrations),
    kitCheck(configPath, folder),
  ])
  return faults.flat()
}

const fileUrl = (path: string): string => pathToFileURL(resolve(path)).href

type Snapshot = Record<string, unknown> & { tables?: Record<string, unknown> }

async function schemaDrift(schema: Record<string, unknown>, migrations: string): Promise<string[]> {
  const newest = await newestSnapshot(migrations)
  // Through JSON, so that keys that are undefined in one and absent in the other count as the same.
  const current: Snapshot = JSON.parse(JSON.stringify(generateDrizzleJson(schema)))
  const changed = differences(newest, current)
  if (changed.length === 0) return []
  return [`${migrations}: no migration for the changes of ${changed.join(', ')}. Run: pnpm db:generate <what_it_does>`]
}

/** Names the tables, or where those are alike the kinds of objects (`enums`, `sequences`), that differ. */
function differences(a: Snapshot, b: Snapshot): string[] {
  const tables = unequalKeys(a.tables ?? {}, b.tables ?? {})
  if (tables.length > 0) return tables
  return unequalKeys(a, b).filter((key) => key !== 'id' && key !== 'prevId')
}

const unequalKeys = (a: Record<string, unknown>, b: Record<string, unknown>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isDeepStrictEqual(a[key], b[key]))

async function newestSnapshot(migrations: string): Promise<Snapshot> {
  const { entries }: { entries: { idx: number }[] } = await readJson(join(migrations, 'meta/_journal.json'))
  const newest = entries.at(-1)
  if (newest === undefined) return {}
  return readJson(join(migrations, 'meta', `${String(newest.idx).padStart(4, '0')}_snapshot.json`))
}

const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'))

function missingFiles(migrations: string): string[] {
  try {
    readMigrationFiles({ migrationsFolder: migrations })
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

// A database remembers the newest date that it has applied, and takes what is dated before for applied.
async function outOfTime(migrations: string): Promise<string[]> {
  const { entries }: { entries: { tag: string; when: number }[] } = await readJson(
    join(migrations, 'meta/_journal.json'),
  )
  return entries.flatMap(({ tag, when }, index) => {
    const before = entries[index - 1]
    if (before === undefined || before.when < when) return []
    return [
      `${migrations}: ${tag} is dated before ${before.tag}, so a database that has that would never run it. Generate it again.`,
    ]
  })
}

async function kitCheck(configPath: string, folder: string): Promise<string[]> {
  try {
    await run(process.execPath, [DRIZZLE_KIT, 'check', `--config=${resolve(configPath)}`], { cwd: folder })
    return []
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : String(error)
    return [`${folder}: drizzle-kit check failed: ${said}`]
  }
}
