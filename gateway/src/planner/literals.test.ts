import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { parse } from 'graphql'
import { afterAll, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { compose } from '../testing/library-graph.ts'
import { createWorkerPlanner } from './worker-planner.ts'

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
  scalar Any
  input Filter { any: Any and: [Filter!] }
  type Query { echo(any: Any): String found(filter: Filter): String }
`
const planner = createWorkerPlanner({
  supergraph: loadSupergraph(compose([{ name: 'echoes', url: 'http://echoes.example', typeDefs: SDL }])),
  limits: { ...DEFAULT_LIMITS.planner, plan_ms_max: 100_000, contended_ms_max: 100_000 },
  clock: systemClock,
  log: createLog({ service: 'gateway', level: 'silent' }),
})
afterAll(() => planner.close())

const nested = (open: string, close: string, inside = '1') => open.repeat(60) + inside + close.repeat(60)

test.each([
  ['lists at a custom scalar', `{ echo(any: ${nested('[', ']')}) }`],
  ['a variable in them', `query ($x: Any) { echo(any: ${nested('[', ']', '$x')}) }`],
  ['lists in objects', `{ echo(any: ${nested('[{ a: ', '}]')}) }`],
  ['lists of input objects', `{ found(filter: ${nested('{ and: [', ']}', '{ any: 1 }')}) }`],
  ['the default of a variable', `query ($x: Any = ${nested('[', ']')}) { echo(any: $x) }`],
])('the planner goes through sixty levels of literals once: %s', async (_, query) => {
  expect(await planner.planOperation(parse(query), undefined)).toMatchObject({ kind: 'Fetch' })
})
