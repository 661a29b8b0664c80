// Sends money in a service of its own, at log level trace and traced, from the quote over the sandbox to the end, and looks for
// the beneficiary's account in everything that comes out.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { givenPurse, silent } from '../testing/payments-database.ts'
import { importTestRates } from '../testing/remittance-stage.ts'
import { decidesRemittances, startRiskServer } from '../testing/risk-server.ts'
import { type Asker, startVaultService } from '../testing/vault-service.ts'
import { newKeyRingText } from '../vault/keys/key-ring.ts'

const PATIENCE = { timeout: 30_000, interval: 50 }
const ACCOUNT = '0099887766554433'
const IBAN = 'FR1420041010050500013M02606'
const QUOTE = `mutation ($input: CreateFxQuoteInput!) { createFxQuote(input: $input) { quote { id } errors { code } } }`
const CREATE = `mutation ($input: CreateRemittanceInput!) { createRemittance(input: $input) {
  remittance { id status beneficiary { maskedAccount } } errors { code message } } }`

test('a remittance goes from its quote to its end by itself, and nothing that comes out says the account', async () => {
  await using risk = await startRiskServer({
    keys: [{ kid: 'test', secret: 'k'.repeat(32) }],
    clock: () => new Date(),
  })
  risk.behave(decidesRemittances('APPROVE'))
  await using service = await startVaultService(newKeyRingText(), { RISK_URL: risk.url })
  await using sql = Object.assign(postgres(`${service.databaseUrl}?app.tenant=*`, { max: 1 }), {
    [Symbol.asyncDispose]: () => sql.end(),
  })
  const database = openDatabase({ url: service.databaseUrl, applicationName: 'payments-test', log: silent })
  const purse = await givenPurse(database, { tenant: 'demo', minor: 100_000n, now: new Date() })
  await importTestRates({ db: database.forTenant('demo') }, new Date())
  await database.close({ timeout_s: 1 })
  const sender: Asker = { sub: purse.userId, roles: ['customer'], scope: 'payments:read payments:write' }
  const send = async (beneficiary: Record<string, unknown>, message: string) => {
    const quote = { idempotencyKey: newId('evt'), sourceCurrency: 'EUR', targetCurrency: 'USD', debitedAmount: '100' }
    const { data } = JSON.parse(await service.ask(sender, QUOTE, { input: quote }))
    return service.ask(sender, CREATE, {
      input: {
        idempotencyKey: newId('evt'),
        quoteId: data.createFxQuote.quote.id,
        sourceAccountId: purse.walletId,
        beneficiary: { name: 'Ada Lovelace', country: 'US', ...beneficiary },
        purpose: 'FAMILY_SUPPORT',
        sourceOfFunds: 'SALARY',
        message,
      },
    })
  }
  const byNumber = { accountNumber: ACCOUNT, bic: 'CHASUS33' }
  const answers = [
    await send(byNumber, 'SANDBOX NONE'),
    await send({ iban: IBAN }, 'SANDBOX DECLINE AC04'),
    await send({ ...byNumber, iban: IBAN }, 'both'),
    await send({ ...byNumber, accountNumber: `${ACCOUNT}!` }, 'malformed'),
    await send({ iban: `${IBAN.slice(0, -1)}7` }, 'malformed'),
    await send({ ...byNumber, accountNumber: [ACCOUNT] }, 'no text'),
  ]
  const list = () =>
    service.ask(sender, '{ remittances { nodes { status failure { code } beneficiary { maskedAccount } } } }')
  await expect
    .poll(async () => JSON.parse(await list()).data.remittances.nodes, PATIENCE)
    .toEqual([
      { status: 'REFUNDED', failure: { code: 'REJECTED_BY_RAIL' }, beneficiary: { maskedAccount: 'FR…2606' } },
      { status: 'COMPLETED', failure: null, beneficiary: { maskedAccount: '…4433' } },
    ])
  const journal = await sql<{ row: string }[]>`select j::text as row from journal j`
  const requests = await sql<{ row: string }[]>`select r::text as row from remittance_request r`
  const outputs: Record<string, string> = {
    answers: [...answers, await list()].join('\n'),
    journal: journal.map(({ row }) => row).join('\n'),
    requests: requests.map(({ row }) => row).join('\n'),
    risk: JSON.stringify(risk.calls),
    metrics: await service.metrics(),
    ...(await service.stop()),
  }
  expect(outputs.answers).toContain('IBAN_INVALID')
  expect(outputs.journal).toContain('remittance.completed')
  expect(outputs.log).toContain('payments is ready')
  for (const [name, text] of Object.entries(outputs))
    for (const form of [ACCOUNT, ACCOUNT.slice(2), IBAN, IBAN.slice(4, -1)])
      expect([name, form, text.includes(form)]).toEqual([name, form, false])
})
