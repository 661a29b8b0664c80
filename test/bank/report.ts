import { machine, type Row, tableOf } from '../bench/report.ts'
import { INVARIANTS } from './check/violation.ts'
import type { HonestRun } from './honest.ts'
import type { Hunt } from './hunt.ts'

/** What is said of a run: to a person, in docs/bank-test.md, and to programs. */
export type Report = {
  readonly seed: number
  readonly honest: readonly Row[]
  readonly mutants: readonly Row[]
}

export function reportOf(seed: number, honest: HonestRun, hunts: readonly Hunt[]): Report {
  return { seed, honest: honestRows(honest), mutants: hunts.map(mutantRow) }
}

function honestRows({ verdicts, kills }: HonestRun): Row[] {
  const [, { asked, books, seals }] = verdicts
  const { sent, again, callsUnanswered } = asked.counts
  const refused = books.rows.filter(({ refusal }) => refusal !== null).length
  const count = (what: string, count: number): Row => ({ what, count })
  const violated = new Set(verdicts.flatMap(({ violations }) => violations.list.map(({ code }) => code)))
  const atMost = (code: 'ACKNOWLEDGED_LOST' | 'POSTED_TWICE') =>
    Math.max(...verdicts.map(({ violations }) => violations.count(code)))
  return [
    count('transfers sent', sent),
    count('of them again, the same or another under a known id', again),
    count('calls that were not answered', callsUnanswered),
    count('transfers acknowledged', asked.acknowledged.length),
    count('transfers in the books, posted', books.rows.length - refused),
    count('transfers in the books, refused', refused),
    count('payments', asked.payments.size),
    count('seals of the ledger', seals),
    ...[...kills].sort().map(([target, times]) => count(`kill -9: ${target}`, times)),
    count('acknowledged and lost', atMost('ACKNOWLEDGED_LOST')),
    count('posted twice', atMost('POSTED_TWICE')),
    count(`invariants violated, of ${Object.keys(INVARIANTS).length}`, violated.size),
  ]
}

const mutantRow = ({ mutant, caughtBy, sent, duration_ms }: Hunt): Row => ({
  'what is broken': mutant,
  'caught by': caughtBy.map(({ code }) => code).join(', ') || 'nothing',
  'transfers until then': sent,
  's until then': duration_ms / 1_000,
})

/** In Markdown. */
export const reportText = ({ seed, honest, mutants }: Report, now: Date): string =>
  `${machine()}, ${now.toISOString().slice(0, 10)}, seed ${seed}\n\n${tableOf(honest)}\n\n${tableOf(mutants)}\n`

/** In Markdown. */
export const invariantsText = (): string =>
  Object.entries(INVARIANTS)
    .map(([code, what]) => `- \`${code}\`: ${what}`)
    .join('\n')
    .concat('\n')

/** A page with the text between the comments `<!-- name -->` and `<!-- /name -->` replaced. */
export function replaceBlock(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`]
  const [start, end] = [page.indexOf(open), page.indexOf(close)]
  if (start < 0 || end < start) throw new Error(`The page has no block "${name}".`)
  return `${page.slice(0, start + open.length)}\n${text}\n${page.slice(end)}`
}
