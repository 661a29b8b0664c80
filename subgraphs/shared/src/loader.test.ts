import { expect, test } from 'vitest'
import { BATCH_MAX, loaderById, loaderByParent } from './loader.ts'

type Site = { id: string; region: string }
const SITES: Site[] = [
  { id: 'a', region: 'north' },
  { id: 'b', region: 'south' },
  { id: 'c', region: 'north' },
]

test('loads of one tick become one fetch, answered in the order of the keys, null where there is no row', async () => {
  const fetches: (readonly string[])[] = []
  const sites = loaderById(
    async (ids) => {
      fetches.push(ids)
      return SITES.filter((site) => ids.includes(site.id))
    },
    (site) => site.id,
  )
  const loaded = await Promise.all(['c', 'missing', 'a', 'c'].map((id) => sites.load(id)))
  expect(loaded.map((site) => site?.id ?? null)).toEqual(['c', null, 'a', 'c'])
  expect(fetches).toEqual([['c', 'missing', 'a']])
})

test('rows of many parents come from one fetch, in the order of the fetch, empty for a parent without rows', async () => {
  let fetches = 0
  const sitesOfRegion = loaderByParent(
    async () => {
      fetches += 1
      return SITES.toReversed()
    },
    (site) => site.region,
  )
  const lists = await Promise.all(['south', 'north', 'east'].map((region) => sitesOfRegion.load(region)))
  expect(lists.map((sites) => sites.map(({ id }) => id))).toEqual([['b'], ['c', 'a'], []])
  expect(fetches).toBe(1)
})

test('a flood of keys is split, so that no statement grows without limit', async () => {
  const sizes: number[] = []
  const none = loaderById<string, Site>(
    async (ids) => {
      sizes.push(ids.length)
      return []
    },
    (site) => site.id,
  )
  await Promise.all(Array.from({ length: BATCH_MAX + 1 }, (_, n) => none.load(String(n))))
  expect(sizes).toEqual([BATCH_MAX, 1])
})

test('a failed fetch fails every load that waited for it', async () => {
  const broken = loaderById<string, Site>(
    () => Promise.reject(new Error('connection lost')),
    (site) => site.id,
  )
  const results = await Promise.allSettled([broken.load('a'), broken.load('b')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
