import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { changeSchema } from './change-schema.ts'
import type { RawSql } from './pools.ts'

const FOLDER = fileURLToPath(new URL('../../sql/', import.meta.url))

/** What Drizzle cannot express, triggers and functions: SQL that may run any number of times. */
export type SharedSql = {
  readonly name: string
  /** Goes up with each change; the first line of the file says it. */
  readonly version: number
  readonly text: string
}

/** The files of `subgraphs/shared/sql`. */
export async function readSharedSql(): Promise<SharedSql[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => sharedSql(name, await readFile(`${FOLDER}${name}`, 'utf8'))))
}

function sharedSql(name: string, text: string): SharedSql {
  const version = /^-- Version (\d+)\.$/m.exec(text)?.[1]
  if (version === undefined) throw new Error(`${name} does not begin with its version, such as "-- Version 1."`)
  return { name, version: Number(version), text }
}

/**
 * Runs those files whose newer version the database has not seen. While a version is rolled out, processes of the one
 * before are started again beside it, and would bring back the functions that it has replaced: what decides about money
 * would be the old code for all, and stay so.
 */
export async function installSharedSql(sql: RawSql, files?: readonly SharedSql[]): Promise<void> {
  await sql`create table if not exists drizzle.shared_sql (name text primary key, version int not null)`
  for (const { name, version, text } of files ?? (await readSharedSql()))
    await changeSchema(sql, async (tx) => {
      const [installed] = await tx<{ version: number }[]>`select version from drizzle.shared_sql where name = ${name}`
      if ((installed?.version ?? 0) > version) return
      await tx.unsafe(text)
      await tx`insert into drizzle.shared_sql (name, version) values (${name}, ${version})
        on conflict (name) do update set version = excluded.version`
    })
}
