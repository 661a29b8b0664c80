// What a name that was found leads to, on a real database with a list in which some words are common.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complianceReasons } from '../compliance/payment.ts'
import { decisionOf } from '../compliance/reason.ts'
import { ORDINARY_NAMES } from '../testing/ordinary-names.ts'
import { type RiskStage, setRiskStage } from '../testing/risk-stage.ts'
import { importSanctionsList } from './import/import-list.ts'
import { screen } from './screen.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
  await importEntries('crowded', CROWDED)
})
afterAll(() => stage[Symbol.asyncDispose]())

type Line = readonly [name: string, type?: string, aka?: readonly string[], remarks?: string]

async function importEntries(tenant: string, lines: readonly Line[]): Promise<void> {
  const content = lines.map(([name, type = 'individual', aka = [], remarks = ''], n) =>
    JSON.stringify({ id: String(n + 1), name, type, program: 'TEST', remarks, aka }),
  )
  const by = { actor: 'svc:test', correlationId: 'correlation-1', now: stage.clock() }
  const bytes = (async function* () {
    yield Buffer.from(content.join('\n'))
  })()
  await importSanctionsList(stage.database.forTenant(tenant), bytes, by)
}

async function decided(name: string, tenant = 'crowded') {
  const screening = await inTransaction(stage.database.forTenant(tenant), (tx) =>
    screen(tx, [{ party: 'SENDER', name }]),
  )
  const reasons = complianceReasons(screening, null)
  return { decision: decisionOf(reasons), codes: reasons.map(({ code }) => code), hits: screening.hits }
}

/** Many have `Ali`, `Hassan` and `Trading`; a few `Sergei` and `Zhang`. */
const CROWDED: readonly Line[] = [
  ['HASSAN, Ali'],
  ['IVANOV, Sergei'],
  ['MAKHLOUF, Ihab'],
  ['Zhang Wei'],
  ['NICO', 'entity'],
  ['Pioneer', 'vessel'],
  ['Gannet of Sorrow', 'vessel'],
  ['EP Gomtu Karvo', 'aircraft'],
  [
    'QUORBAN, Teslim',
    'individual',
    ['Night Ferryman', 'Tall Ferryman'],
    "DOB 1965; a.k.a. 'Night Ferryman'; POB Quorn.",
  ],
  ['Veldrox Trading Company', 'entity'],
  ['O. Veldroks'],
  ['UMBRALIBAN', 'entity', ['ISLAMIC MOVEMENT OF UMBRALIBAN']],
  ['SERGEI', 'individual'],
  ['ZERENIE, Jimmy Karim'],
  ...Array.from({ length: 60 }, (_, n): Line => [`Ali Hassan Quorin${letters(n)} Trading`]),
  ...Array.from({ length: 25 }, (_, n): Line => [`Sergei Umbriel${letters(n)}`]),
  ...Array.from({ length: 8 }, (_, n): Line => [`Zhang Tascott${letters(n)}`]),
  ...Array.from({ length: 10 }, (_, n): Line => [`Wei Ashgrave${letters(n)}`]),
]

/** Another word for every number. */
function letters(n: number): string {
  return String.fromCharCode(97 + (n % 26)) + String.fromCharCode(97 + Math.floor(n / 26)).repeat(3)
}

describe('the same name as a listed one', () => {
  it.each([
    ['of rare words', 'Ihab Makhlouf', 'DECLINE'],
    ['in another order and case', 'makhlouf IHAB', 'DECLINE'],
    ['with accents', 'Íhab Makhloüf', 'DECLINE'],
    ['of common words', 'Ali Hassan', 'REVIEW'],
    ['of a common word and a rare one', 'Sergei Ivanov', 'REVIEW'],
    ['of words that a few have', 'Wei Zhang', 'REVIEW'],
    ['of one word', 'Nico', 'REVIEW'],
    ['of one word and a legal form', 'Nico Ltd', 'REVIEW'],
    ['of a word and what many firms are called', 'Veldrox Trading Ltd', 'REVIEW'],
    ['of a word and an initial', 'O. Veldroks', 'REVIEW'],
    ['of a vessel', 'Pioneer Ltd', 'REVIEW'],
    ['of a vessel of several words', 'Gannet of Sorrow', 'REVIEW'],
    ['of an aircraft', 'EP Gomtu Karvo', 'REVIEW'],
    ['of an alias that the list calls weak', 'Night Ferryman', 'REVIEW'],
    ['of an alias', 'Tall Ferryman', 'DECLINE'],
  ])('%s: %s is for %s', async (_, name, decision) => {
    expect(await decided(name)).toMatchObject({
      decision,
      codes: [decision === 'DECLINE' ? 'SANCTIONS_EXACT_MATCH' : 'SANCTIONS_POSSIBLE_MATCH'],
      hits: expect.arrayContaining([expect.objectContaining({ isExact: true, score: 1 })]),
    })
  })

  it('in a script without vowels is for REVIEW: many names have its consonants', async () => {
    expect(await decided('إيهاب مخلوف')).toMatchObject({
      decision: 'REVIEW',
      codes: ['SANCTIONS_POSSIBLE_MATCH'],
      hits: [expect.objectContaining({ matchedName: 'MAKHLOUF, Ihab', isExact: false })],
    })
  })

  it('of a short list declines, whatever words its entries share', async () => {
    await importEntries('short', [['Ali Hassan'], ['Ali Khan'], ['Hassan Khan']])
    expect(await decided('Khan, Ali', 'short')).toMatchObject({ decision: 'DECLINE' })
  })

  it('declines as before where the list was imported before words were counted, until it is imported again', async () => {
    const names: readonly Line[] = Array.from({ length: 40 }, (_, n) => [
      n === 0 ? 'Ali Hassan' : `Ali Hassan ${letters(n)}`,
    ])
    await importEntries('earlier', names)
    await stage.database.sql.system`delete from sanctions_word where tenant_id = 'earlier'`
    expect(await decided('Ali Hassan', 'earlier')).toMatchObject({ decision: 'DECLINE' })
    await importEntries('earlier', names)
    expect(await decided('Ali Hassan', 'earlier')).toMatchObject({ decision: 'REVIEW' })
  })
})

describe('a listed name among other words, or with its blanks elsewhere', () => {
  it.each([
    ['beside a word', 'Umbraliban Kabul'],
    ['misspelt beside a word', 'Umbralliban Support Fund'],
    ['beside common words', 'Ali Hassan Umbraliban Sergei Zhang Wei Trading'],
    ['without its blanks', 'JIMMYZERENIE'],
    ['with its words apart', 'Jim-my Zere-nie'],
    ['as a ship', 'MV Pioneer'],
    ['as a ship with its number', 'Pioneer IMO 9187629'],
    ['as a ship among other words', 'Owners of M/V Pioneer'],
  ])('is for a person %s: %s', async (_, name) => {
    const { decision, hits } = await decided(name)
    expect(decision).toBe('REVIEW')
    expect(hits).toEqual(expect.arrayContaining([expect.objectContaining({ isExact: false })]))
  })

  it.each([
    ['a common one', 'Sergei Meier'],
    ['a ship, where none is spoken of', 'Pioneer Foods'],
  ])('is not held for %s: %s', async (_, name) => {
    expect(await decided(name)).toMatchObject({ decision: 'APPROVE', hits: [] })
  })
})

describe('of ordinary names', () => {
  it('the list of the demo declines none, and holds none in a hundred for being like one of its own', async () => {
    const found = await Promise.all(ORDINARY_NAMES.map((name) => decided(name, 'demo')))
    expect(found.filter(({ decision }) => decision === 'DECLINE')).toEqual([])
    expect(found.filter(({ hits }) => hits.length > 0).length).toBeLessThan(ORDINARY_NAMES.length / 100)
  })
})
