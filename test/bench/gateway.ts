// pnpm bench:gateway: this gateway beside its peers and beside the limit, in one run on one machine. See
// docs/performance.md for what the columns mean.

import { CONTENDERS } from './gateway/contenders/contenders.ts'
import { readOptions } from './gateway/options.ts'
import { canPin, pinSelf } from './gateway/processes.ts'
import { compareContenders, growWithConnections, growWithWorkers, watchMemory } from './gateway/scenes.ts'
import { createStage } from './gateway/stage.ts'
import { machine, type Row, tableOf, writeReport } from './report.ts'

/** Of the gateway, alone on it; subgraphs and load share the other. */
const GATEWAY_CORE = 0
const LOAD_CORE = 1

const options = readOptions(process.argv.slice(2))
pinSelf(LOAD_CORE)
await using stage = await createStage(LOAD_CORE)
const scene = { stage, options, core: GATEWAY_CORE, say: (text: string) => console.log(text) }

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}`)
console.log(
  canPin
    ? 'One core for each gateway, another for subgraphs and load.'
    : 'Nothing is pinned to a core: no taskset here.',
)
const rows: Row[] = []
const tell = (title: string, more: readonly Row[]): void => {
  console.log(`\n${title}\n\n${tableOf(more)}`)
  rows.push(...more.map((row) => ({ table: title, ...row })))
}

if (options.million) await watchMemory(scene, tell)
else {
  for (const { title, missing } of CONTENDERS) {
    const why = missing?.()
    if (why !== undefined) console.log(`${title} is left out: ${why}`)
  }
  await compareContenders(scene, tell)
  await growWithConnections(scene, tell)
  await growWithWorkers(scene, tell)
}
if (options.json !== undefined) await writeReport(options.json, 'gateway', rows)
