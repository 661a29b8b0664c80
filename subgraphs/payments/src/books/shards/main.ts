import { setTimeout } from 'node:timers/promises'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { ledgerShards } from './ledger-shards.ts'

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
const surroundings = {
  ...processSurroundings(),
  clock: systemClock,
  log: createLog({ service: 'ledger-shards' }),
  stopped: stop.signal,
  wait: (time_ms: number) => setTimeout(time_ms),
}
process.exitCode = await ledgerShards(process.argv.slice(2), surroundings)
