import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { fixedClock } from '../../clock.ts'
import { createReport } from './report.ts'
import type { LineSource } from './source.ts'

/** One of which all has been read already, and whose content is ten times as long. */
const source = (total: number): LineSource => ({
  format: 'csv',
  bytesTotal: total,
  bytesOf: (contentBytes) => contentBytes / 10,
  bytesRead: () => total,
  async *content() {},
  close: async () => undefined,
})

/** A pipe, and what was written to it. */
function pipe() {
  const told: string[] = []
  const output = new Writable({
    write(chunk, _, done) {
      told.push(String(chunk))
      done()
    },
  })
  return { told, output }
}

test('through a pipe, how it ended is told as well', () => {
  const { told, output } = pipe()
  const report = createReport(output, source(1_000), fixedClock(new Date('2026-11-21T12:00:00.000Z')), 'charged')
  report.progress({ lines: 1, done: 1, rejected: 0, contentBytes: 3_900 })
  report.progress({ lines: 2, done: 2, rejected: 0, contentBytes: 10_000 })
  expect(told).toEqual(['39 % · 1 lines · 1 charged · 0 rejected\n'])
  report.stop()
  expect(told.slice(1)).toEqual(['100 % · 2 lines · 2 charged · 0 rejected\n'])
})

test('through a pipe, progress by the lines that are done is told at once and then every two seconds at the most', () => {
  const clock = fixedClock(new Date('2026-11-21T12:00:00.000Z'))
  const { told, output } = pipe()
  const report = createReport(output, source(1_000), clock, 'charged')
  const summary = { lines: 3, done: 2, rejected: 1, contentBytes: 1_990 }
  report.progress(summary)
  clock.advance(1_999)
  report.progress(summary)
  clock.advance(1)
  report.progress({ ...summary, lines: 4, contentBytes: 2_500 })
  expect(told).toEqual(['19 % · 3 lines · 2 charged · 1 rejected\n', '25 % · 4 lines · 2 charged · 1 rejected\n'])
  report.stop()
  expect(told).toHaveLength(2)
})

test('an empty file is no division by zero', () => {
  const { told, output } = pipe()
  const counts = { lines: 0, done: 0, rejected: 0, contentBytes: 0 }
  createReport(output, source(0), () => new Date(), 'charged').progress(counts)
  expect(told).toEqual(['0 % · 0 lines · 0 charged · 0 rejected\n'])
})

test('a rejected line is told without the card number that its file has in the name of a field', () => {
  const { told, output } = pipe()
  const message = 'Unrecognized key: "4111111111111111".'
  const line = { number: 2, text: '', code: 'FIELD_INVALID', message, field: '4111 1111 1111 1111' }
  createReport(output, source(0), () => new Date(), 'taken').rejected(line)
  expect(told).toEqual(['line 2: FIELD_INVALID (**** **** **** ****): Unrecognized key: "****************".\n'])
})
