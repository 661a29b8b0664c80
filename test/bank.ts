// pnpm test:bank: kills PostgreSQL and payments while clients post transfers and pay, and holds what the clients wrote
// down against the books; then does the same to banks that are broken on purpose, each of which it must catch. See
// docs/bank-test.md. Options: --seed N, --seconds N, --json FILE, --write (into docs/bank-test.md).

import { readFileSync, writeFileSync } from 'node:fs'
import { repositoryFile } from '../scripts/subgraphs.ts'
import { openBank } from './bank/bank.ts'
import { runHonest } from './bank/honest.ts'
import { type Hunt, hunt } from './bank/hunt.ts'
import { CONTROL, MUTANTS } from './bank/mutants.ts'
import { readOptions } from './bank/options.ts'
import { invariantsText, replaceBlock, reportOf, reportText } from './bank/report.ts'
import { writeReport } from './bench/report.ts'

const PAGE = repositoryFile('docs/bank-test.md')
const CONTROL_ROUNDS = 2
/** Several times what it takes on a small machine. A run that hangs, as a CI's might for hours, ends and says so. */
const RUN_MAX_MS = 900_000

const options = readOptions(process.argv.slice(2))
const { seed, duration_ms } = options
const start = performance.now()
const say = (text: string) => console.log(`${((performance.now() - start) / 1_000).toFixed(1).padStart(6)} s  ${text}`)
let isSound = true
const fail = (text: string) => {
  isSound = false
  console.error(text)
}

console.log(`Seed ${seed}: the same one asks for the same again, though what meets what is up to the machine.`)
await using bank = await openBank()
async function giveUp(): Promise<never> {
  await bank[Symbol.asyncDispose]()
  process.exit(1)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, giveUp)
setTimeout(() => {
  console.error(`The run has not ended within ${RUN_MAX_MS / 60_000} minutes.`)
  giveUp()
}, RUN_MAX_MS).unref()
say(`two services on one PostgreSQL; killing for ${duration_ms / 1_000} s`)
const honest = await runHonest(bank, { seed, duration_ms })
const kills = [...honest.kills.values()].reduce((sum, count) => sum + count, 0)
const violations = honest.verdicts.flatMap((verdict) => verdict.violations.list)
say(`killed ${kills} times; ${violations.length} violations`)
for (const { code, about } of violations) fail(`${code}: ${about}`)
if (kills === 0) fail('Nothing was killed: the machine is too slow for so short a time.')

const hunts: Hunt[] = []
const control = await hunt(bank, CONTROL, { seed, tenant: 'control', roundsMax: CONTROL_ROUNDS })
for (const { code, about } of control.caughtBy) fail(`Nothing was broken, and still: ${code}: ${about}`)
for (const [index, mutant] of MUTANTS.entries()) {
  const hunted = await hunt(bank, mutant, { seed, tenant: `mutant-${index + 1}` })
  hunts.push(hunted)
  const [first] = hunted.caughtBy
  if (first === undefined) fail(`Not caught: ${mutant.name}`)
  else say(`caught: ${mutant.name}, by ${first.code}: ${first.about}`)
}

const report = reportOf(seed, honest, [control, ...hunts])
const text = reportText(report, new Date())
console.log(`\n${text}`)
if (options.json !== undefined) await writeReport(options.json, 'bank', [...report.honest, ...report.mutants])
if (options.writesDocs && isSound) {
  const page = replaceBlock(readFileSync(PAGE, 'utf8'), 'invariants', invariantsText())
  writeFileSync(PAGE, replaceBlock(page, 'report', text))
}
if (!isSound) process.exitCode = 1
