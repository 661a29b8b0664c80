import { DrizzleQueryError } from 'drizzle-orm/errors'
import { expect, test } from 'vitest'
import { withCorrelation } from './correlation.ts'
import { createLog, type LogOptions } from './log.ts'

function collect(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return { lines, log: createLog({ service: 'billing', destination, ...options }) }
}

test('writes one JSON line with service, level, time and the correlation id of the work in hand', () => {
  const { lines, log } = collect()
  withCorrelation('request-0001', () => log.info({ rows: 3 }, 'read'))
  expect(JSON.parse(lines.join(''))).toMatchObject({
    level: 'info',
    service: 'billing',
    correlationId: 'request-0001',
    rows: 3,
    msg: 'read',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  })
})

test('leaves the correlation id out where there is none, and lines below the level too', () => {
  const { lines, log } = collect({ level: 'warn' })
  log.info('quiet')
  log.warn('loud')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines.join(''))).not.toHaveProperty('correlationId')
})

test.each([
  ['a header', { headers: { authorization: 'Bearer hush' } }],
  ['a signature header, deeper', { request: { headers: { 'x-carriergraph-signature': 'hush' } } }],
  ['a password', { password: 'hush' }],
  ['a password of a nested connection', { config: { db: { connection: { password: 'hush' } } } }],
  ['secrets in a list', { keys: [{ kid: 'k', secret: 'hush' }] }],
  ['secrets', { secrets: ['hush'] }],
])('redacts %s', (_case, object) => {
  const { lines, log } = collect()
  log.info(object, 'seen')
  expect(lines.join('')).toContain('[redacted]')
  expect(lines.join('')).not.toContain('hush')
})

test('an error keeps its stack and its cause, but not the values that a failed statement was bound to', () => {
  const { lines, log } = collect()
  const cause = new Error('duplicate key')
  log.error({ err: new DrizzleQueryError('insert into card values ($1)', ['4111\n1111'], cause) }, 'failed')
  const line = lines.join('')
  expect(line).toContain('insert into card')
  expect(line).toContain('duplicate key')
  expect(JSON.parse(line).err.stack).toContain('log.test.ts')
  expect(line).not.toContain('1111')
})

test('writes a line for people instead of JSON when asked to', () => {
  const { lines, log } = collect({ pretty: true })
  log.info({ rows: 3 }, 'read')
  expect(lines.join('')).toMatch(/INFO.*read.*"rows":3/)
})
