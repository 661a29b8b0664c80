// What `pnpm bench:live` times, with few subscribers and without a clock: so the bench cannot rot.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { fanOut } from './live/fan-out.ts'
import { killAndResume } from './live/resume.ts'
import { createStage, type Stage } from './live/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

it.each(['carriergraph', 'graphql-ws'] as const)('every event comes to every subscriber of %s', async (name) => {
  const contender = await stage.start(name)
  const { last_ms } = await fanOut(contender, 20, 2)
  expect(last_ms).toHaveLength(2)
  await stage.kill(contender)
})

it('a gateway that is killed costs its subscribers no event, and brings none twice', async () => {
  const { lost, repeated } = await killAndResume(stage, (port) => stage.start('carriergraph', { port }), 20)
  expect({ lost, repeated }).toEqual({ lost: 0, repeated: 0 })
})
