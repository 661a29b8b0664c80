import { Counter, type Registry } from 'prom-client'
import type { RailName } from './rail.ts'

export type RailMetrics = {
  failed(rail: RailName): void
  parked(rail: RailName): void
}

/** What driving rails counts. No tenant is a label: the log names it. */
export function railMetrics(registry: Registry): RailMetrics {
  const registers = [registry]
  const faults = new Counter({
    name: 'rail_faults_total',
    help: 'Times that a rail could not be driven for one tenant, or its folders not be looked at: nothing else waits for it.',
    labelNames: ['rail'],
    registers,
  })
  const parked = new Counter({
    name: 'rail_notices_parked_total',
    help: 'Notices that could not be taken on any try; `events:parked` lists and replays them.',
    labelNames: ['rail'],
    registers,
  })
  return { failed: (rail) => faults.inc({ rail }), parked: (rail) => parked.inc({ rail }) }
}
