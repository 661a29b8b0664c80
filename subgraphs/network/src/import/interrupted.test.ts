// Imports that the database ends, or makes begin anew.

import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseTopologyFile } from '../domain/topology-file.ts'
import { importTopologies } from '../flow/import-topology.ts'
import { type ImportStage, setImportStage } from '../testing/import-stage.ts'
import { TESTER } from '../testing/network-stage.ts'
import { topology } from '../testing/topology-files.ts'

let network: ImportStage
beforeEach(async () => {
  network = await setImportStage()
})
afterEach(() => network[Symbol.asyncDispose]())

/** How long what happens in the end may take. */
const PATIENCE = { timeout: 10_000, interval: 20 }

/** Makes telling the journal fail with this SQLSTATE, every time or the first few. */
async function failing(state: string, times = 1_000): Promise<void> {
  await network.database.system.execute(sql`create sequence tries`)
  await network.database.system.execute(
    sql.raw(`
    create function fail() returns trigger language plpgsql as $$ begin
      if nextval('tries') <= ${times} then raise exception 'failed as asked' using errcode = '${state}'; end if;
      return new;
    end $$`),
  )
  await network.database.system.execute(
    sql`create trigger fail before insert on journal for each row execute function fail()`,
  )
}

describe('an import', () => {
  it('gives back its connections', async () => {
    await network.run([await network.file(topology())])
    await vi.waitFor(async () => {
      const open = await network.database.system.execute(
        sql`select 1 from pg_stat_activity where datname = current_database() and application_name = 'topology-import'`,
      )
      expect(open).toHaveLength(0)
    }, PATIENCE)
  })

  it('begins its count anew where its transaction has to, and does not pass the end', async () => {
    // The first time that a topology is told to the journal, the transaction collides; a sequence does not roll back.
    await failing('40001', 1)
    const told: number[] = []
    const parsed = parseTopologyFile(JSON.stringify(topology()))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    await importTopologies(network.db, parsed.topologies, TESTER, (items) => told.push(items))
    expect(told).toEqual([2, 3, 2, 3])
    expect(await network.rows()).toMatchObject({ sites: 2, links: 1, events: 1 })
  })

  it.each([
    ['a statement that takes too long', '57014', 'IMPORT_TIMED_OUT'],
    ['a lock that does not come', '55P03', 'IMPORT_TIMED_OUT'],
    ['a transaction that takes too long', '25P04', 'IMPORT_TIMED_OUT'],
    ['a server that stops', '57P01', 'CONNECTION_LOST'],
  ])('ends with a sentence for %s, and stores nothing', async (_, state, code) => {
    await failing(state)
    const { code: exit, stdout, stderr } = await network.run([await network.file(topology())])
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^${code}: .+\\n$`))
    expect(await network.rows()).toMatchObject({ topologies: 0, sites: 0 })
  })

  it('ends with a sentence where its connection is cut', async () => {
    await network.database.system.execute(sql`
      create function cut() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`)
    await network.database.system.execute(
      sql`create trigger cut before insert on link for each row execute function cut()`,
    )
    expect(await network.run([await network.file(topology())])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^CONNECTION_LOST: .+\n$/),
    })
    expect(await network.rows()).toMatchObject({ topologies: 0, sites: 0 })
  })
})
