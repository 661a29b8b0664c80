// An import on a real database, a batch after the other: what searches see meanwhile, and what a process that dies leaves.

import { Lease } from '@carriergraph/shared/db/lease.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RiskStage, setRiskStage } from '../../testing/risk-stage.ts'
import { screen } from '../screen.ts'
import { BATCH_NAMES_MAX, type ImportOptions, importSanctionsList } from './import-list.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Three batches, of which the first and the last have the name that the tests look for. */
const ENTRIES = 2 * BATCH_NAMES_MAX + 2

/** A list whose ids say which one it is. */
function list(label: string): string[] {
  return Array.from({ length: ENTRIES }, (_, n) => {
    const name = n === 0 || n === ENTRIES - 1 ? 'Umbriel Tascott' : `Quorin Vask ${n}`
    return `${JSON.stringify({ id: `${label}-${n}`, name, type: 'entity', program: 'TEST', remarks: '', aka: [] })}\n`
  })
}
const whole = (label: string) => [`${label}-0`, `${label}-${ENTRIES - 1}`]

/** The list in two halves, and what is done between them: the first batch is stored by then. */
async function* content(label: string, between: () => unknown = () => undefined) {
  const lines = list(label)
  yield Buffer.from(lines.slice(0, BATCH_NAMES_MAX + 1).join(''))
  await between()
  yield Buffer.from(lines.slice(BATCH_NAMES_MAX + 1).join(''))
}

const importInto = (tenant: string, bytes: AsyncIterable<Uint8Array>, options: ImportOptions = {}) =>
  importSanctionsList(
    stage.database.forTenant(tenant),
    bytes,
    { actor: 'svc:test', correlationId: 'correlation-1', now: stage.clock() },
    options,
  )

const search = (tenant: string) =>
  inTransaction(stage.database.forTenant(tenant), async (tx) => {
    const { version, hits } = await screen(tx, [{ party: 'BENEFICIARY', name: 'Umbriel Tascott' }])
    return { version, entries: hits.map(({ entryId }) => entryId).toSorted() }
  })

const storedVersions = async (tenant: string) => {
  const rows = await stage.database.sql.system<{ version: number }[]>`
    select version from sanctions_name where tenant_id = ${tenant} union
    select version from sanctions_key where tenant_id = ${tenant} order by version`
  return rows.map(({ version }) => version)
}

const dies = () => {
  throw new Error('The disk is gone.')
}

/** As if the process were killed: nothing that it would do afterwards is done. */
async function importThatIsKilled(tenant: string, label: string): Promise<void> {
  const killed = Promise.withResolvers<void>()
  void importInto(
    tenant,
    content(label, () => {
      killed.resolve()
      return new Promise(() => undefined)
    }),
  )
  await killed.promise
  await cutLease(tenant)
}

/** Its connection is lost, and it is not told. */
async function cutLease(tenant: string): Promise<void> {
  await stage.database.sql.system`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`lease sanctions lists of ${tenant}`}`
}

describe('while a list is imported', () => {
  it('no transaction stores more names than a batch', async () => {
    await importInto('batches', content('a'))
    const batches = await stage.database.sql.system<{ names: bigint }[]>`
      select count(*) as names from sanctions_name where tenant_id = 'batches' group by xmin order by 1 desc`
    expect(batches.map(({ names }) => Number(names))).toEqual([BATCH_NAMES_MAX, BATCH_NAMES_MAX, 2])
  })

  it('no transaction waits for the rest of the file: streams of events would', async () => {
    let open: unknown
    await importInto(
      'open',
      content('a', async () => {
        open = await stage.database.sql.system`
        select query from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and backend_xid is not null
          and query like '%sanctions%'`
      }),
    )
    expect(open).toEqual([])
  })

  it('searches find the one before, whole, and then the new one', async () => {
    await importInto('switched', content('a'))
    const before = await search('switched')
    let meanwhile: unknown
    await importInto(
      'switched',
      content('b', async () => {
        meanwhile = await search('switched')
      }),
    )
    expect(before).toEqual({ version: 1, entries: whole('a') })
    expect(meanwhile).toEqual(before)
    expect(await search('switched')).toEqual({ version: 2, entries: whole('b') })
    expect(await storedVersions('switched')).toEqual([2])
  })

  it('searches that are made all the time never see a part of a list, nor of two', async () => {
    await importInto('watched', content('1'))
    let isDone = false
    const seen = new Set<string>()
    const watch = async () => {
      while (!isDone) {
        const { version, entries } = await search('watched')
        seen.add(JSON.stringify({ version, entries }))
      }
    }
    const watching = [watch(), watch()]
    try {
      for (const label of ['2', '3', '4']) await importInto('watched', content(label))
    } finally {
      isDone = true
      await Promise.all(watching)
    }
    const possible = ['1', '2', '3', '4'].map((label) =>
      JSON.stringify({ version: Number(label), entries: whole(label) }),
    )
    expect([...seen].filter((answer) => !possible.includes(answer))).toEqual([])
  })
})

describe('an import that does not end', () => {
  it('because it failed leaves the list before in force, and nothing of its own', async () => {
    await importInto('failed', content('a'))
    await expect(importInto('failed', content('b', dies))).rejects.toThrow('The disk is gone.')
    expect(await search('failed')).toEqual({ version: 1, entries: whole('a') })
    expect(await storedVersions('failed')).toEqual([1])
  })

  it('because it was killed leaves the list before in force, and its half to the next import, which removes it', async () => {
    await importInto('killed', content('a'))
    await importThatIsKilled('killed', 'b')
    expect(await search('killed')).toEqual({ version: 1, entries: whole('a') })
    expect(await storedVersions('killed')).toEqual([1, 2])
    expect(await importInto('killed', content('a'))).toMatchObject({ isNew: false, list: { version: 1 } })
    expect(await storedVersions('killed')).toEqual([1])
    await importThatIsKilled('killed', 'b')
    await importInto('killed', content('c'))
    expect(await search('killed')).toEqual({ version: 2, entries: whole('c') })
  })

  it('because it was the first one leaves no list', async () => {
    await importThatIsKilled('never', 'a')
    expect(await search('never')).toEqual({ version: null, entries: [] })
    await importInto('never', content('b'))
    expect(await search('never')).toEqual({ version: 1, entries: whole('b') })
  })

  it('and goes on behind the next one is refused with IMPORT_SUPERSEDED, and changes nothing of that one', async () => {
    const late = importInto(
      'late',
      content('a', async () => {
        await cutLease('late')
        await importInto('late', content('b'))
      }),
    )
    await expect(late).rejects.toMatchObject({ code: 'IMPORT_SUPERSEDED' })
    expect(await search('late')).toEqual({ version: 1, entries: whole('b') })
    const [stored] = await stage.database.sql.system`
      select count(*)::int as names from sanctions_name where tenant_id = 'late'`
    expect(stored).toEqual({ names: ENTRIES })
  })
})

describe('two at once', () => {
  it('come one after the other', async () => {
    const first = importInto('two', content('a'))
    const second = importInto('two', content('b'))
    const versions = (await Promise.all([first, second])).map(({ list }) => list.version)
    expect(versions.toSorted()).toEqual([1, 2])
    expect(await search('two')).toEqual({ version: 2, entries: whole(versions[0] === 2 ? 'a' : 'b') })
  })

  it('of different tenants do not wait for each other', async () => {
    await importInto(
      'one',
      content('a', () => importInto('other', content('b'))),
    )
    expect(await search('other')).toEqual({ version: 1, entries: whole('b') })
  })

  it('end with IMPORT_UNDER_WAY where the first one takes too long', async () => {
    const first = new Lease(stage.database, 'sanctions lists of waiting')
    await first.acquire()
    const second = importInto('waiting', content('a'), { pause: async () => undefined })
    await expect(second).rejects.toMatchObject({ code: 'IMPORT_UNDER_WAY' })
    await first.release()
    expect(await storedVersions('waiting')).toEqual([])
  })
})
