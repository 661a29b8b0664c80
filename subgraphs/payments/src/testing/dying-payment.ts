// One call of createPayment in a process of its own that kills itself, as kill -9 would, at the named step.
// Arguments: JSON of DyingPayment. Run by `payAndDie`.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { createPaymentFlow } from '../flow/payment-flow.ts'
import { createRiskClient } from '../risk/client.ts'
import { requestOf } from './flow-stage.ts'
import type { DyingPayment } from './pay-and-die.ts'
import { silent } from './payments-database.ts'

const { databaseUrl, riskUrl, keys, now, purse, idempotencyKey, dieAt }: DyingPayment = JSON.parse(
  process.argv[2] ?? '',
)

const dieIf = (step: DyingPayment['dieAt']) => {
  if (step === dieAt) process.kill(process.pid, 'SIGKILL')
}

const clock = () => new Date(now)
const database = openDatabase({ url: databaseUrl, applicationName: 'dying-payment', log: silent })
const client = createRiskClient({ url: riskUrl, deadline_ms: 10_000, keys, clock, log: silent })
const ledgers = new Ledgers(clock)
const flow = createPaymentFlow({
  clock,
  fallbackLimit: new Decimal('50.00'),
  risk: {
    async assess(question) {
      dieIf('before risk is asked')
      const answer = await client.assess(question)
      dieIf('after risk has answered')
      return answer
    },
  },
  ledgers: {
    of: (books) => ({
      async post(order) {
        dieIf('after authorising, before posting')
        const posting = await ledgers.of(books).post(order)
        dieIf('after posting, before recording')
        return posting
      },
    }),
  },
})
await flow.create({ tenant: purse.tenant, db: database.forTenant(purse.tenant) }, requestOf(purse, idempotencyKey))
dieIf('after recording, before the answer')
