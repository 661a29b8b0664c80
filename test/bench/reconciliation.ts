// pnpm bench:reconciliation: a day of a bank account, from its file to its report, beside the least that any way of doing it
// has to do. See docs/performance.md for what the columns mean.

import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { createStage } from './ledger/stage.ts'
import { cpuOf } from './ledger/usage.ts'
import { bankDay } from './reconciliation/bank-day.ts'
import { checkDay, copyAndJoin, expectDay, importDay, readDay, reconcileDay } from './reconciliation/steps.ts'
import { machine, type Row, tableOf, writeReport } from './report.ts'

const { values: given } = parseArgs({
  options: {
    lines: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
})
const [lines, rounds] = [Number(given.lines), Number(given.rounds)]
/** Of the log, for a line; see `prepareTurns`. */
const LOG_MIB_PER_LINE = 0.005

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}`)
console.log(`${rounds} days of ${lines.toLocaleString('en')} lines, medians.`)

await using stage = await createStage()
const database = await stage.books('reconciliation')
const limit = postgres(stage.adminUrl, { max: 1, onnotice: () => undefined, types: { bigint: postgres.BigInt } })
await stage.prepareTurns(LOG_MIB_PER_LINE * lines * rounds)

const STEPS = [
  'read and check the file',
  'import its lines',
  'reconcile the day',
  'reconcile it again',
  'the limit: COPY and one join',
] as const
type Turn = { readonly seconds: number; readonly postgres_us: number; readonly node_us: number }
const turns = new Map<string, Turn[]>(STEPS.map((step) => [step, []]))

async function measured<T>(step: (typeof STEPS)[number], work: () => Promise<T>): Promise<T> {
  const [began, postgres_ms, node] = [performance.now(), cpuOf([stage.pid]), process.cpuUsage()]
  const value = await work()
  const { user, system } = process.cpuUsage(node)
  turns.get(step)?.push({
    seconds: (performance.now() - began) / 1_000,
    postgres_us: ((cpuOf([stage.pid]) - postgres_ms) / lines) * 1_000,
    node_us: (user + system) / lines,
  })
  return value
}

for (let round = 1; round <= rounds; round += 1) {
  const day = bankDay(round, lines)
  await expectDay(database, day)
  const file = await measured('read and check the file', () => readDay(day))
  await measured('import its lines', () => importDay(database, file))
  await measured('reconcile the day', () => reconcileDay(database, day))
  await measured('reconcile it again', () => reconcileDay(database, day))
  await measured('the limit: COPY and one join', () => copyAndJoin(limit, day))
  await checkDay(database, day)
}
await limit.end()

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const rows: Row[] = [...turns].map(([step, all]) => ({
  step,
  seconds: median(all.map(({ seconds }) => seconds)),
  'lines/s': lines / median(all.map(({ seconds }) => seconds)),
  'PostgreSQL µs': median(all.map(({ postgres_us }) => postgres_us)),
  'Node µs': median(all.map(({ node_us }) => node_us)),
}))
const secondsOf = (...steps: readonly string[]) =>
  rows.filter(({ step }) => steps.includes(String(step))).reduce((sum, { seconds }) => sum + Number(seconds), 0)
const whole = secondsOf('read and check the file', 'import its lines', 'reconcile the day')
console.log(`\n${tableOf(rows)}\n`)
console.log(
  `From the file to the report: ${whole.toFixed(1)} s, ${(whole / secondsOf('the limit: COPY and one join')).toFixed(0)} times the limit.`,
)
if (given.json !== undefined) await writeReport(given.json, 'reconciliation', rows)
