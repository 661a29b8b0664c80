import { buildSchema, graphql } from 'graphql'
import { expect, test } from 'vitest'
import { ok, refuse } from './outcome.ts'
import { KIT_REFUSALS, Refusal, refusalBehind } from './refusal.ts'

test('a refused outcome carries a field only where there is one', () => {
  expect(ok(1)).toEqual({ ok: true, value: 1 })
  expect(refuse('TOO_LATE', 'Too late.')).toStrictEqual({ ok: false, code: 'TOO_LATE', message: 'Too late.' })
  expect(refuse('TOO_LATE', 'Too late.', ['input', 'at'])).toMatchObject({ field: ['input', 'at'] })
})

test('a refusal reaches the client with its code and its field', async () => {
  const schema = buildSchema('type Query { slice: String }')
  const answer = await graphql({
    schema,
    source: '{ slice }',
    rootValue: {
      slice() {
        throw new Refusal('INVALID_ID', 'Not an id.', ['id'])
      },
    },
  })
  expect(answer.errors?.[0]?.toJSON()).toMatchObject({
    message: 'Not an id.',
    path: ['slice'],
    extensions: { code: 'INVALID_ID', field: ['id'] },
  })
})

test('a refusal is found inside the errors that graphql-js wraps around it, and nothing else is', async () => {
  const schema = buildSchema('type Query { refused: String, broken: String }')
  const refusal = Refusal.from(refuse('ALREADY_REFUNDED', 'Refunded yesterday.'))
  const { errors } = await graphql({
    schema,
    source: '{ refused broken }',
    rootValue: {
      refused: () => Promise.reject(refusal),
      broken: () => Promise.reject(new Error('connection lost')),
    },
  })
  expect(errors?.map(refusalBehind)).toEqual([refusal, undefined])
})

test('every code of the kit says what it means in one sentence or two', () => {
  for (const [code, meaning] of Object.entries(KIT_REFUSALS)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect(meaning).toMatch(/^[A-Z].+\.$/)
  }
})
