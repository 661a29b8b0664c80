import { expect, test } from 'vitest'
import { z } from 'zod'
import { published } from './events.ts'

test.each(Object.entries(published))('the data of %s can be told as JSON Schema', (_, schema) => {
  expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object', additionalProperties: false })
})
