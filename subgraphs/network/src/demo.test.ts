import { namedId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { slicesByIds } from './db/slices.ts'
import { loadDemo } from './demo.ts'
import { createNetworkDatabase } from './testing/network-database.ts'
import { START } from './testing/network-stage.ts'

const DAY_MS = 86_400_000
const demoSlice = (name: string) => namedId('slc', `demo/${name}`)

test('the demo is loaded once, whenever and however often, and by two processes at the same time', async () => {
  await using network = await createNetworkDatabase()
  await Promise.all([loadDemo(network.db, START), loadDemo(network.db, START)])
  const first = await network.rows()
  expect(first).toEqual({
    ...{ topologies: 1, sites: 10, links: 15, ends: 30 },
    ...{ slices: 4, samples: 120, violations: 0, events: 5 },
  })
  await loadDemo(network.db, new Date(START.getTime() + 3 * DAY_MS))
  expect(await network.rows()).toEqual(first)
})

test('the slices stand under the ids that the other subgraphs know, and belong to their owners', async () => {
  await using network = await createNetworkDatabase()
  await loadDemo(network.db, START)
  const names = ['ada', 'bruno', 'chen', 'dana']
  const slices = await slicesByIds(network.db, names.map(demoSlice))
  expect(new Set(slices.map(({ id, ownerId }) => `${id} ${ownerId}`))).toEqual(
    new Set(names.map((name) => `${demoSlice(name)} ${namedId('usr', `demo/${name}`)}`)),
  )
})
