import { fixedClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { createMuseum, museumSubgraphs } from '../testing/museum.ts'

const clock = fixedClock(new Date())
const museum = createMuseum()
const subjects = [newId('usr'), newId('usr'), newId('usr')] as const
let library: Library
let bearers: readonly string[]
beforeAll(async () => {
  library = await startLibrary({ definitions: museumSubgraphs(museum), clock })
  bearers = await Promise.all(subjects.map((subject) => library.issuer.bearer({ subject })))
})
afterAll(() => library.close())

const QUERIES = [
  '{ me { subject } }',
  '{ me { subject } wing { name } }',
  '{ exhibit(id: "e1") { title seenBy } }',
  'query($id: ID!) { exhibit(id: $id) { seenBy likes } }',
]

/** Who the answer says that it is for. */
const subjectsIn = (body: unknown): readonly string[] =>
  [...JSON.stringify(body).matchAll(/usr_[0-9a-z]+/g)].map(([id]) => id)

const step = fc.record({
  user: fc.nat(subjects.length - 1),
  query: fc.constantFrom(...QUERIES),
  id: fc.constantFrom('e1', 'e2'),
  passed_s: fc.constantFrom(0, 0, 1, 11, 61, 700),
  isBroken: fc.boolean(),
})

test('nobody is ever answered what was kept for somebody else, fresh or stale, one by one or at once', async () => {
  let staleAnswers = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (rounds) => {
      for (const round of rounds) {
        clock.advance((round[0]?.passed_s ?? 0) * 1000)
        museum.isVisitorsBroken = round[0]?.isBroken ?? false
        await Promise.all(
          round.map(async ({ user, query, id }) => {
            const headers = { authorization: bearers[user] ?? '' }
            const { body } = await library.post({ query, variables: { id }, headers })
            if (JSON.stringify(body).includes('"stale"')) staleAnswers += 1
            for (const subject of subjectsIn(body)) expect(subject).toBe(subjects[user])
          }),
        )
      }
    }),
    { numRuns: 30 },
  )
  // Else it would have said nothing about them.
  expect(staleAnswers).toBeGreaterThan(0)
})
