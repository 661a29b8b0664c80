import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Lanes } from './lanes.ts'

const silent = pino({ level: 'silent' })

it('works for many at once, and for each of them once at a time', async () => {
  const lanes = new Lanes('test', silent)
  const gate = Promise.withResolvers<void>()
  const told: string[] = []
  const slow = lanes.begin('a', async () => {
    await gate.promise
    told.push('a')
  })
  await lanes.begin('a', async () => void told.push('a again'))
  await lanes.begin('b', async () => void told.push('b'))
  expect(told).toEqual(['b'])
  gate.resolve()
  await slow
  await lanes.begin('a', async () => void told.push('a later'))
  expect(told).toEqual(['b', 'a', 'a later'])
})

it('is idle when all that was under way has ended, what began meanwhile included', async () => {
  const lanes = new Lanes('test', silent)
  const gate = Promise.withResolvers<void>()
  const told: string[] = []
  void lanes.begin('a', async () => {
    await gate.promise
    void lanes.begin('b', async () => void told.push('b'))
    told.push('a')
  })
  const idle = lanes.idle()
  gate.resolve()
  await idle
  expect(told.toSorted()).toEqual(['a', 'b'])
})

it('tells the log of what failed, and lets that lane begin again', async () => {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
  const lanes = new Lanes('sweeper', log)
  await lanes.begin('a', () => Promise.reject(new Error('ailing')))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { lane: 'a', err: { message: 'ailing' }, msg: 'could not end the work of a lane: sweeper' },
  ])
  let isDone = false
  await lanes.begin('a', async () => {
    isDone = true
  })
  expect(isDone).toBe(true)
})
