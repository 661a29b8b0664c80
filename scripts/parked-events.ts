// pnpm events:parked: lists the events whose effect has failed on every try, with the last error of each; with
// --replay EVENT_ID it lets one of them be tried again, once its cause is gone.

import { parseArgs } from 'node:util'
import { listParkedEvents, replayParkedEvent } from '@carriergraph/shared/bus/failures.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { type Id, parseId } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { databaseUrlOf } from './environment.ts'
import { reportMistakes } from './report-mistakes.ts'
import { SUBGRAPHS } from './subgraphs.ts'

const CLOSE_TIMEOUT_S = 5

await reportMistakes(async () => {
  const { values } = parseArgs({ options: { replay: { type: 'string' } } })
  const wanted = values.replay === undefined ? undefined : parseId('evt', values.replay)
  let found = 0
  for (const { name } of SUBGRAPHS) {
    const log = createLog({ service: name, level: 'warn' })
    const database = openDatabase({ url: databaseUrlOf(name), applicationName: 'parked events', log })
    try {
      found += wanted === undefined ? await list(name, database) : await replay(name, database, wanted)
    } finally {
      await database.close({ timeout_s: CLOSE_TIMEOUT_S })
    }
  }
  if (wanted !== undefined && found === 0) throw new StartupFault(`No parked event has the id ${wanted}.`)
  if (found === 0) console.log('No event is parked.')
})

async function list(name: string, { system }: Database): Promise<number> {
  const parked = await listParkedEvents(system)
  for (const { event, consumer, parkedAt, lastError } of parked) {
    console.log(`${name}  ${parkedAt.toISOString()}  ${event.id}  ${event.type} for ${consumer}: ${lastError}`)
  }
  return parked.length
}

async function replay(name: string, { system }: Database, eventId: Id<'evt'>): Promise<number> {
  const parked = (await listParkedEvents(system)).filter(({ event }) => event.id === eventId)
  for (const { consumer } of parked) {
    await replayParkedEvent(system, { consumer, eventId, now: new Date() })
    console.log(`${name}: ${consumer} tries ${eventId} again`)
  }
  return parked.length
}
