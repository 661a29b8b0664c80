import { expect, test } from 'vitest'
import { compileCollect, nearestPath, type Place, pathsAt } from './place.ts'
import type { ResponseObject } from './response-object.ts'

const shared = { n: 3 }
const DATA: ResponseObject = {
  one: { n: 1 },
  nothing: null,
  list: [{ item: { n: 2 } }, null, { item: shared }, { item: null }, {}],
  deep: [[{ n: 4 }, null], null, [], [shared]],
}

test.each<[string, Place, ResponseObject[], (string | number)[][]]>([
  ['the root', [], [DATA], [[]]],
  ['an object', ['one'], [{ n: 1 }], [['one']]],
  ['below null', ['nothing', 'x'], [], []],
  ['below what is missing', ['absent', '@', 'x'], [], []],
  ['a leaf', ['one', 'n'], [], []],
  [
    'the items of a list, without those that are null',
    ['list', '@', 'item'],
    [{ n: 2 }, shared],
    [
      ['list', 0, 'item'],
      ['list', 2, 'item'],
    ],
  ],
  [
    'the items of lists of lists',
    ['deep', '@', '@'],
    [{ n: 4 }, shared],
    [
      ['deep', 0, 0],
      ['deep', 3, 0],
    ],
  ],
])('finds %s, and where it stands', (_, place, objects, paths) => {
  const found: ResponseObject[] = []
  compileCollect(place)(DATA, found)
  expect(found).toEqual(objects)
  expect([...pathsAt(DATA, place).values()].flat()).toEqual(paths)
})

test('a list where a place names none is gone through', () => {
  const found: ResponseObject[] = []
  compileCollect(['deep', 'n'])({ deep: [[{ n: [shared] }], { n: [[shared]] }] }, found)
  expect(found).toEqual([shared, shared])
})

test('a name that every object knows is looked for in the object alone', () => {
  const found: ResponseObject[] = []
  compileCollect(['constructor'])({}, found)
  compileCollect(['__proto__'])({}, found)
  compileCollect(['constructor', 'x'])(JSON.parse('{ "constructor": { "x": { "n": 3 } } }'), found)
  expect(found).toEqual([shared])
})

test('an object that stands at several places has all of their paths', () => {
  const root = { a: [shared, shared] }
  expect(pathsAt(root, ['a', '@']).get(shared)).toEqual([
    ['a', 0],
    ['a', 1],
  ])
})

test.each<[Place, (string | number)[]]>([
  [[], []],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [['a', '@', 'b', '@'], ['a']],
])('of %j the nearest path is %j', (place, path) => {
  expect(nearestPath(place)).toEqual(path)
})
