import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { closeFxImport, insertFxImport, insertFxRates, lastRatesBefore, lockFxImports } from '../../db/fx-rates.ts'
import { eventOf } from '../../events.ts'
import { type RateFileFault, type RefusedFile, refusedFile } from '../file/fault.ts'
import { type FileRate, hasJumped, jumpFault, type RateFile } from '../file/read-rates.ts'

/** Rates of one statement: it takes a tenth of a second. */
const STATEMENT_RATES_MAX = 10_000

export type RatesToImport = {
  readonly file: RateFile
  /** SHA-256 of the file, in hex. */
  readonly digest: string
  /** Whether a rate that differs from the stored one of its day is a correction, or a fault. */
  readonly takesCorrections: boolean
  /** Currencies that may jump against what is stored: there are days on which one is worth a third of the day before. */
  readonly mayJump: readonly string[]
}

export type ImportedRates = {
  readonly ok: true
  readonly added: number
  readonly corrected: number
  readonly unchanged: number
}

/** Tells an import that is refused from one that failed; the transaction is rolled back by it. */
class Refused extends Error {
  readonly faults: readonly RateFileFault[]

  constructor(faults: readonly RateFileFault[]) {
    super('The file is refused.')
    this.faults = faults
  }
}

/**
 * Stores the rates of a file in one transaction: all or nothing. What is there already stays, so that the same file, or a
 * longer one, may be imported again. A correction is a later version of its day; what was quoted before stays as it was.
 */
export async function importRates(
  db: TenantDb,
  toImport: RatesToImport,
  provenance: Provenance,
): Promise<ImportedRates | RefusedFile> {
  try {
    return await inTransaction(db, (tx) => store(tx, toImport, provenance))
  } catch (error) {
    if (error instanceof Refused) return refusedFile(error.faults)
    throw error
  }
}

async function store(
  tx: Tx,
  { file: { rates }, digest, takesCorrections, mayJump }: RatesToImport,
  { now, ...by }: Provenance,
): Promise<ImportedRates> {
  await lockFxImports(tx)
  await refuseJumps(tx, rates, mayJump)
  const id = newId('fxi', now)
  await insertFxImport(tx, { id, digest, added: 0, corrected: 0, importedBy: by.actor, importedAt: now })
  const corrections: { currency: string; day: string; before: string | null }[] = []
  let stored = 0
  for (let from = 0; from < rates.length; from += STATEMENT_RATES_MAX) {
    const inserted = await insertFxRates(tx, id, rates.slice(from, from + STATEMENT_RATES_MAX))
    stored += inserted.length
    corrections.push(...inserted.filter(({ version }) => version > 1))
  }
  if (corrections.length > 0 && !takesCorrections) throw new Refused(changesOf(rates, corrections))
  const counts = { added: stored - corrections.length, corrected: corrections.length }
  await closeFxImport(tx, id, counts)
  const [firstDay, lastDay] = [rates[0]?.day, rates.at(-1)?.day]
  if (stored > 0 && firstDay !== undefined && lastDay !== undefined)
    await appendToJournal(tx, {
      aggregate: { type: 'fx_rate_import', id },
      version: 1,
      ...eventOf('fx_rates.imported', { importId: id, digest, ...counts, firstDay, lastDay, at: now.toISOString() }),
      ...by,
      occurredAt: now,
    })
  return { ok: true, ...counts, unchanged: rates.length - stored }
}

/** The first rates of a file against those that are stored: a daily file has nothing before itself to compare with. */
async function refuseJumps(tx: Tx, rates: readonly FileRate[], mayJump: readonly string[]): Promise<void> {
  const first = new Map<string, FileRate>()
  for (const rate of rates) if (!first.has(rate.currency)) first.set(rate.currency, rate)
  const [{ day } = { day: '' }] = rates
  if (day === '') return
  const before = await lastRatesBefore(tx, [...first.keys()], day)
  const jumps = [...first.values()].flatMap((rate) => {
    const stored = before.get(rate.currency)
    if (mayJump.includes(rate.currency)) return []
    return stored !== undefined && hasJumped(stored, rate) ? [jumpFault(stored, rate)] : []
  })
  if (jumps.length > 0) throw new Refused(jumps)
}

function changesOf(
  rates: readonly FileRate[],
  corrections: readonly { currency: string; day: string; before: string | null }[],
): RateFileFault[] {
  const before = new Map(corrections.map(({ currency, day, before }) => [`${currency} ${day}`, before]))
  return rates.flatMap(({ currency, day, rate, line, column }) => {
    const stored = before.get(`${currency} ${day}`)
    if (stored === undefined) return []
    const message = `${currency} on ${day} is ${rate} here, and ${stored} is stored.`
    return [{ code: 'RATE_CHANGED' as const, line, column, message }]
  })
}
