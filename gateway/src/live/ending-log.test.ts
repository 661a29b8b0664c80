import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'

let lines: { readonly correlationId?: string; readonly err?: { readonly message: string } }[]
let library: Library
beforeEach(async () => {
  lines = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  library = await startLibrary({ log: createLog({ service: 'gateway', destination }) })
})
afterEach(() => library.close())

test('why a stream ended is said in the log, once for all who shared it, under the id that they are told', async () => {
  const subscribe = () => library.socket().iterate({ query: 'subscription { bell { rings } }' }).next()
  const told = [subscribe(), subscribe()].map((event) => event.catch((errors) => errors))
  await library.journal.whenStreams(1)
  for await (const _ of library.socket().iterate({ query: '{ bestRating }' }));
  library.journal.fail(new Error('relation "trips" does not exist'))
  const [errors, others] = await Promise.all(told)
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
  expect(others).toEqual(errors)
  const id = errors[0].extensions.correlationId
  expect(lines.filter((line) => line.correlationId === id)).toMatchObject([
    { level: 'error', err: { message: 'relation "trips" does not exist' } },
  ])
})
