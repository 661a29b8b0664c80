import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { ACTOR_HEADER } from '@carriergraph/shared/signature/service-actor.ts'
import { createSignatureVerifier } from '@carriergraph/shared/signature/verify.ts'
import type { RiskDecision } from '../domain/decide.ts'
import type { Counterparty } from '../risk/client.ts'

/** What risk was asked, when the signature was good. */
export type RiskCall = {
  readonly headers: IncomingMessage['headers']
  readonly query: string
  readonly input: {
    paymentId: string
    payerId: string
    amount: { amount: string; currency: string }
    createdAt: string
    payeeId?: string
    counterparty?: Counterparty
  }
}

export type RiskBehaviour = (response: ServerResponse, call: RiskCall) => void | Promise<void>

export type RiskServer = AsyncDisposable & {
  readonly url: string
  readonly calls: readonly RiskCall[]
  /** How it answers from now on; at first it approves. */
  behave(behaviour: RiskBehaviour): void
}

/** A real HTTP server in the part of risk. It refuses what is not signed, actor included, as a subgraph does. */
export async function startRiskServer({ keys, clock }: { keys: SigningKeys; clock: Clock }): Promise<RiskServer> {
  const verifier = createSignatureVerifier({ keys, clock })
  const calls: RiskCall[] = []
  let behaviour: RiskBehaviour = decides('APPROVE')
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { [SIGNATURE_HEADER]: signature, [ACTOR_HEADER]: actor } = request.headers
    const verified = verifier.verify({
      header: String(signature),
      method: request.method ?? '',
      path: request.url ?? '',
      body,
      actor: String(actor),
    })
    if (!verified.ok) {
      response.writeHead(401).end(verified.code)
      return
    }
    const { query, variables } = JSON.parse(body)
    const call = { headers: request.headers, query, input: variables.input }
    calls.push(call)
    await behaviour(response, call)
  })
  const { promise: isListening, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await isListening
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return {
    url: `http://127.0.0.1:${address.port}/graphql`,
    calls,
    behave(next) {
      behaviour = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

export const json = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Why a test's assessment came out as it did. */
export const EXPLANATION = {
  rule: 'risk.score',
  summary: 'The score is 0.',
  inputs: [{ name: 'score', value: '0' }],
  counterfactual: 'From 40 points it would have been reviewed.',
}

/** Assesses every payment alike. */
export const decides =
  (decision: RiskDecision): RiskBehaviour =>
  (response) =>
    json(response, {
      data: { assessPayment: { assessment: { decision, explanation: EXPLANATION }, errors: [] } },
    })

/** Answers as risk does when it cannot assess a payment. */
export const refuses =
  (code: string): RiskBehaviour =>
  (response) =>
    json(response, { data: { assessPayment: { assessment: null, errors: [{ code }] } } })

/** Assesses every remittance alike. */
export const decidesRemittances =
  (decision: RiskDecision, senderNotice: string | null = null): RiskBehaviour =>
  (response) =>
    json(response, {
      data: {
        assessRemittance: {
          assessment: { decision, senderNotice: senderNotice === null ? null : { code: senderNotice } },
          errors: [],
        },
      },
    })
