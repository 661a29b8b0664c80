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
  enum Colour { RED }
  type Query {
    echo(any: Any): String
    strict(any: Any!): String
    all(any: [Any!]): String
    found(filter: Filter): String
    echoed: Echoed
    plain(float: Float, id: ID, colour: Colour): String
  }
  type Echoed { echo(any: Any): String }
  type Subscription { echoes(any: Any): String }
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

const fetched = async (query: string) => {
  const node = await planner.planOperation(parse(query), undefined)
  if (node?.kind !== 'Fetch') throw new Error('not one fetch')
  return [node.operation, node.variableUsages]
}

test.each([
  ['more digits than a double has', '{echo(any:9007199254740993)}'],
  ['twenty-four digits', '{echo(any:123456789012345678901234)}'],
  ['the last digit of an amount', '{echo(any:1.10)}'],
  ['a number that is no integer', '{echo(any:[1.0 1e3 -0.0 1e-400])}'],
  ['an enum value', '{echo(any:RED)}'],
  ['what stands in lists and objects', '{echo(any:{a:[{b:[RED 1.10]}]c:"RED"})}'],
  ['what must not be null', '{strict(any:1.10)}'],
  ['an item of a list', '{all(any:[1.10 2])}'],
  ['the only item of a list', '{all(any:1.10)}'],
  ['what stands in an input object', '{found(filter:{and:[{any:1.10}]})}'],
  ['the same twice', '{a:echo(any:1.10)b:echo(any:1.10)echoed{echo(any:1.10)}}'],
])('a literal of a custom scalar is sent as it was written: %s', async (_, query) => {
  expect(await fetched(query)).toEqual([query, []])
})

test.each([
  ['fields that are one', '{ echo(any: 1.10) echo(any: 1.10) }', '{echo(any:1.10)}'],
  ['a fragment', '{ ...F } fragment F on Query { echo(any: RED) }', '{echo(any:RED)}'],
  ['a block string', '{ echo(any: """RED""") }', '{echo(any:"RED")}'],
  ['other types', '{ plain(float: 1.10, id: "7", colour: RED) }', '{plain(float:1.1 id:7 colour:RED)}'],
])('of %s, the planner makes what it always made', async (_, query, operation) => {
  expect(await fetched(query)).toEqual([operation, []])
})

test.each([
  ['beside the literal', 'query($x:Any){echo(any:[$x 1.10])}', ['x']],
  ['called as those of the gateway', 'query($literal_0:Any){echo(any:[$literal_0 1.10])}', ['literal_0']],
  ['with a default', 'query($x:Any=1.10){echo(any:$x)}', ['x']],
  ['with a default of several levels', 'query($x:Filter={any:[RED 1e23]}){found(filter:$x)}', ['x']],
])('a variable %s stays what it is', async (_, query, variables) => {
  expect(await fetched(query)).toEqual([query, variables])
})

test('literals of a subscription are sent as they were written', async () => {
  const plan = await planner.planSubscription(parse('subscription { echoes(any: [RED, 1.10]) }'), undefined)
  expect(plan.primary).toMatchObject({ operation: 'subscription{echoes(any:[RED 1.10])}', variableUsages: [] })
})

test('of several operations, each has its own default and its own literals', async () => {
  const document = parse(
    'query A($x: Any = 1.10) { ...F } query B($x: Any = 2.20) { ...F } fragment F on Query { all(any: [$x, RED]) }',
  )
  for (const [name, value] of Object.entries({ A: '1.10', B: '2.20' }))
    expect(await planner.planOperation(document, name)).toMatchObject({
      operation: `query ${name}__echoes__0($x:Any=${value}){all(any:[$x RED])}`,
    })
})
