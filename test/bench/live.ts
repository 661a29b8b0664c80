// pnpm bench:live: one event for ten thousand subscribers of this gateway, beside a plain graphql-ws server; and five
// thousand whose gateway is killed. See docs/performance.md for what the columns mean.

import { canPin, pinSelf } from './gateway/processes.ts'
import { type FanOut, fanOut } from './live/fan-out.ts'
import { readOptions } from './live/options.ts'
import { killAndResume } from './live/resume.ts'
import { type ContenderName, createStage } from './live/stage.ts'
import { machine, type Row, tableOf, writeReport } from './report.ts'

/** Of the server, alone on it; subgraphs and clients share the other. */
const SERVER_CORE = 0
const LOAD_CORE = 1
const KIB = 1_024

const CONTENDERS: readonly ContenderName[] = ['carriergraph', 'graphql-ws']

const options = readOptions(process.argv.slice(2))
pinSelf(LOAD_CORE)
await using stage = await createStage()

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}`)
if (!canPin) console.log('Nothing is pinned to a core: no taskset here.')

const measured = new Map<ContenderName, FanOut[]>(CONTENDERS.map((name) => [name, []]))
for (let round = 0; round < options.rounds; round += 1)
  for (const name of CONTENDERS) {
    const contender = await stage.start(name, { core: SERVER_CORE })
    measured.get(name)?.push(await fanOut(contender, options.subscribers, options.events))
    await stage.kill(contender)
  }

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN

const rows: Row[] = CONTENDERS.map((name) => {
  const turns = measured.get(name) ?? []
  return {
    server: name,
    subscribers: options.subscribers,
    'first event, last has it ms': median(turns.map(({ last_ms }) => last_ms[0] ?? Number.NaN)),
    'half have it ms': median(turns.flatMap(({ half_ms }) => half_ms)),
    'last has it ms': median(turns.flatMap(({ last_ms }) => last_ms)),
    'worst ms': Math.max(...turns.flatMap(({ last_ms }) => last_ms)),
    'CPU ms/event': median(turns.map(({ cpu_ms_per_event }) => cpu_ms_per_event)),
    'KiB/socket': median(turns.map(({ rss_bytes_per_socket }) => rss_bytes_per_socket / KIB)),
  }
})
console.log(`\nOne event for everybody\n\n${tableOf(rows)}`)

const { recovered_ms, ...counts } = await killAndResume(
  stage,
  (port) => stage.start('carriergraph', { core: SERVER_CORE, port }),
  options.resuming,
)
const resumed: Row = { subscribers: options.resuming, ...counts, 'all have everything ms': recovered_ms }
console.log(`\nAfter kill -9 of the gateway\n\n${tableOf([resumed])}`)

if (options.json !== undefined) await writeReport(options.json, 'live', [...rows, resumed])
