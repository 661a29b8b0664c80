import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { namedId } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { readSdl } from '@carriergraph/shared/service/sdl.ts'
import { buildASTSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  decides,
  EXPLANATION,
  json,
  type RiskBehaviour,
  type RiskServer,
  refuses,
  startRiskServer,
} from '../testing/risk-server.ts'
import { ASSESS_PAYMENT, readAnswer } from './answer.ts'
import { createRiskClient, type RiskQuestion } from './client.ts'
import { ASSESS_REMITTANCE } from './remittance-answer.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const clock = () => NOW
const keys = [{ kid: 'k1', secret: 'a secret of the test, long enough' }] as const
const log = createLog({ service: 'payments', level: 'silent' })

const QUESTION: RiskQuestion = {
  tenant: 'demo',
  correlationId: 'correlation-1',
  paymentId: namedId('pay', 'one'),
  payerId: namedId('usr', 'ada'),
  amount: { minor: 1_250n, currency: 'EUR' },
  createdAt: NOW,
}

let risk: RiskServer
beforeAll(async () => {
  risk = await startRiskServer({ keys, clock })
})
afterAll(() => risk[Symbol.asyncDispose]())

const client = (options: Partial<Parameters<typeof createRiskClient>[0]> = {}) =>
  createRiskClient({ url: risk.url, deadline_ms: 10_000, keys, clock, log, ...options })

test.each([ASSESS_PAYMENT, ASSESS_REMITTANCE])('asks what the contract of risk offers', async (operation) => {
  const sdl = readSdl(fileURLToPath(new URL('../../../../schema/subgraphs/risk', import.meta.url)))
  // The directives of federation are imported by name and not defined in the file.
  expect(validate(buildASTSchema(sdl, { assumeValidSDL: true }), parse(operation))).toEqual([])
})

test('an answer that came in time counts, though the process was too busy to read it', async () => {
  risk.behave((response, call) => {
    decides('APPROVE')(response, call)
    const busyUntil = performance.now() + 600
    while (performance.now() < busyUntil);
  })
  expect(await client({ deadline_ms: 500 }).assess(QUESTION)).toMatchObject({ kind: 'ASSESSED' })
})

test.each([
  [800, undefined],
  [250, 250],
])('tells risk that it waits for %i ms, unless risk takes it for that', async (deadline_ms, told) => {
  risk.behave(decides('APPROVE'))
  await client({ deadline_ms }).assess(QUESTION)
  expect(risk.calls.at(-1)?.input).toEqual({ ...risk.calls.at(-1)?.input, answerWithinMs: told })
})

test('asks with the particulars of the payment, as svc:payments in its tenant, under its correlation id', async () => {
  risk.behave(decides('APPROVE'))
  await client().assess(QUESTION)
  const { headers, input } = risk.calls.at(-1) ?? {}
  expect(input).toEqual({
    paymentId: QUESTION.paymentId,
    payerId: QUESTION.payerId,
    amount: { amount: '12.50', currency: 'EUR' },
    createdAt: '2026-11-21T12:00:00.000Z',
    answerWithinMs: expect.any(Number),
  })
  expect(headers).toMatchObject({ 'x-correlation-id': 'correlation-1', 'content-type': 'application/json' })
  expect(JSON.parse(Buffer.from(String(headers?.['x-carriergraph-actor']), 'base64url').toString())).toEqual({
    name: 'payments',
    tenant: 'demo',
    scopes: ['risk:write'],
  })
})

test.each(['APPROVE', 'REVIEW', 'DECLINE'] as const)('reads %s with its explanation', async (decision) => {
  risk.behave(decides(decision))
  expect(await client().assess(QUESTION)).toEqual({ kind: 'ASSESSED', decision, explanation: EXPLANATION })
})

test("reads risk's own refusal with its code", async () => {
  risk.behave(refuses('USER_NOT_FOUND'))
  expect(await client().assess(QUESTION)).toEqual({ kind: 'REFUSED', code: 'USER_NOT_FOUND' })
})

test('takes for a refusal, and not for silence, that too many of the payer wait', async () => {
  const overloaded = (code: string) =>
    ({ data: { assessPayment: null }, errors: [{ message: 'Later.', extensions: { code, retryAfter_s: 1 } }] }) as const
  risk.behave((response) => json(response, overloaded('OVERLOADED')))
  expect(await client().assess(QUESTION)).toEqual({ kind: 'REFUSED', code: 'OVERLOADED' })
  risk.behave((response) => json(response, overloaded('SERVICE_UNAVAILABLE')))
  expect(await client().assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
})

const payload = (assessPayment: unknown) => ({ data: { assessPayment } })
const text =
  (status: number, body: string): RiskBehaviour =>
  (response) => {
    response.writeHead(status).end(body)
  }

test.each<[string, RiskBehaviour]>([
  ['text that is no JSON', text(200, '<html>busy</html>')],
  ['nothing', text(200, '')],
  ['another JSON', text(200, '[1, 2]')],
  ['a failure of GraphQL', (response) => json(response, { errors: [{ message: 'Internal error' }], data: null })],
  ['neither assessment nor refusal', (response) => json(response, payload({ assessment: null, errors: [] }))],
  [
    'a decision that does not exist',
    (response) => json(response, payload({ assessment: { decision: 'MAYBE', explanation: EXPLANATION }, errors: [] })),
  ],
  [
    'an assessment without a reason',
    (response) => json(response, payload({ assessment: { decision: 'APPROVE' }, errors: [] })),
  ],
  ['500', text(500, 'broken')],
  [
    '503 with a good body',
    (response) =>
      void response
        .writeHead(503)
        .end(JSON.stringify(payload({ assessment: { decision: 'APPROVE', explanation: EXPLANATION }, errors: [] }))),
  ],
  ['an answer without an end of sense', text(200, `{"data":"${'x'.repeat(100_000)}"}`)],
])('takes %s for no answer', async (_, behaviour) => {
  risk.behave(behaviour)
  expect(await client().assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
})

test('does not follow a redirect: the signature is for this address alone', async () => {
  const before = risk.calls.length
  risk.behave((response) => void response.writeHead(307, { location: risk.url }).end())
  expect(await client().assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
  expect(risk.calls.length - before).toBe(1)
})

test('a wrong key is no answer, and nothing is assessed', async () => {
  const before = risk.calls.length
  const other = [{ kid: 'k1', secret: 'another secret, as long as the first' }] as const
  expect(await client({ keys: other }).assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
  expect(risk.calls.length).toBe(before)
})

const approvalOf = (change: Partial<typeof EXPLANATION>) => ({
  data: {
    assessPayment: { assessment: { decision: 'APPROVE', explanation: { ...EXPLANATION, ...change } }, errors: [] },
  },
})
const value = (length: number) => ({ name: 'n', value: 'v'.repeat(length) })

test.each<[string, Partial<typeof EXPLANATION>, Partial<typeof EXPLANATION>]>([
  ['rule', { rule: 'r'.repeat(200) }, { rule: 'r'.repeat(201) }],
  ['rule that is there', { rule: 'r' }, { rule: '' }],
  ['summary', { summary: 's'.repeat(2_000) }, { summary: 's'.repeat(2_001) }],
  ['counterfactual', { counterfactual: 'c'.repeat(2_000) }, { counterfactual: 'c'.repeat(2_001) }],
  ['number of inputs', { inputs: Array(50).fill(value(1)) }, { inputs: Array(51).fill(value(1)) }],
  ['value', { inputs: [value(2_000)] }, { inputs: [value(2_001)] }],
  ['name', { inputs: [{ name: 'n'.repeat(200), value: '' }] }, { inputs: [{ name: 'n'.repeat(201), value: '' }] }],
])('takes an explanation whose %s is at its limit, and none beyond', (_, most, more) => {
  expect(readAnswer(JSON.stringify(approvalOf(most)))).toMatchObject({ kind: 'ASSESSED' })
  expect(readAnswer(JSON.stringify(approvalOf(more)))).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
})

test('takes a code of 100 characters, and none beyond; an assessment counts before errors', () => {
  const refusal = (length: number) =>
    JSON.stringify({ data: { assessPayment: { assessment: null, errors: [{ code: 'C'.repeat(length) }] } } })
  expect(readAnswer(refusal(100))).toEqual({ kind: 'REFUSED', code: 'C'.repeat(100) })
  expect(readAnswer(refusal(101))).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
  const { assessment } = approvalOf({}).data.assessPayment
  const both = { data: { assessPayment: { assessment, errors: [{ code: 'X' }] } } }
  expect(readAnswer(JSON.stringify(both))).toMatchObject({ kind: 'ASSESSED', decision: 'APPROVE' })
})

test('reads an answer of 65,536 bytes, and none of one byte more', async () => {
  const answer = JSON.stringify(approvalOf({}))
  const padded = (bytes: number) => answer + ' '.repeat(bytes - answer.length)
  risk.behave(text(200, padded(65_536)))
  expect(await client().assess(QUESTION)).toMatchObject({ kind: 'ASSESSED' })
  risk.behave(text(200, padded(65_537)))
  expect(await client().assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'BAD_ANSWER' })
})

test('asks at the whole address, query included, under the signature of it', async () => {
  const before = risk.calls.length
  risk.behave(decides('APPROVE'))
  expect(await client({ url: `${risk.url}?zone=a` }).assess(QUESTION)).toMatchObject({ kind: 'ASSESSED' })
  expect(risk.calls.length).toBe(before + 1)
})

test('asks twice at the most, within one deadline for both', async () => {
  const before = risk.calls.length
  risk.behave((response) => void response.socket?.destroy())
  expect(await client().assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'UNREACHABLE' })
  expect(risk.calls.length - before).toBe(2)
  risk.behave((response) => {
    if (risk.calls.length === before + 3) response.socket?.destroy()
  })
  const signals = vi.spyOn(AbortSignal, 'timeout')
  expect(await client({ deadline_ms: 300 }).assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'DEADLINE' })
  expect(signals.mock.calls).toEqual([[300]])
  signals.mockRestore()
})

test('what is no assessment is told to the log, with the status of the answer', async () => {
  const told: unknown[] = []
  const listening = { ...log, error: (fields: unknown) => void told.push(fields), warn: () => undefined }
  risk.behave(text(502, 'broken'))
  await client({ log: listening as typeof log }).assess(QUESTION)
  expect(told).toEqual([{ status: 502 }])
})

test('gives up at the deadline when risk does not answer', async () => {
  risk.behave(() => undefined)
  expect(await client({ deadline_ms: 30 }).assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'DEADLINE' })
})

test('gives up at the deadline when risk begins an answer and does not end it', async () => {
  risk.behave((response) => void response.writeHead(200).write('{"data":'))
  expect(await client({ deadline_ms: 30 }).assess(QUESTION)).toEqual({ kind: 'ABSENT', absence: 'DEADLINE' })
})

test('asks a second time when the connection is cut, and takes that answer', async () => {
  const before = risk.calls.length
  risk.behave((response, call) => {
    if (risk.calls.length === before + 1) response.socket?.destroy()
    else decides('APPROVE')(response, call)
  })
  expect(await client().assess(QUESTION)).toMatchObject({ kind: 'ASSESSED' })
  expect(risk.calls.slice(before).map(({ input }) => input.paymentId)).toEqual([QUESTION.paymentId, QUESTION.paymentId])
})

test('a port that nobody listens on is UNREACHABLE', async () => {
  const unused = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => unused.once('listening', resolve))
  const address = unused.address()
  await new Promise((resolve) => unused.close(resolve))
  const port = address !== null && typeof address === 'object' ? address.port : 0
  expect(await client({ url: `http://127.0.0.1:${port}/graphql` }).assess(QUESTION)).toEqual({
    kind: 'ABSENT',
    absence: 'UNREACHABLE',
  })
})
