// One command about a payment in a process of its own that kills itself, as kill -9 would, before or after the ledger was
// asked. Arguments: JSON of DyingDeed. Run by `actAndDie`.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { Command } from '../flow/commands.ts'
import { createPaymentFlow } from '../flow/payment-flow.ts'
import { createRiskClient } from '../risk/client.ts'
import { requestOf } from './flow-stage.ts'
import type { DyingDeed } from './pay-and-die.ts'
import { silent } from './payments-database.ts'

const { databaseUrl, riskUrl, keys, now, purse, idempotencyKey, deed, paymentId, dieAt }: DyingDeed = JSON.parse(
  process.argv[2] ?? '',
)

const dieIf = (step: DyingDeed['dieAt']) => {
  if (step === dieAt) process.kill(process.pid, 'SIGKILL')
}

const clock = () => new Date(now)
const database = openDatabase({ url: databaseUrl, applicationName: 'dying-deed', log: silent })
const ledgers = new Ledgers(clock)
const flow = createPaymentFlow({
  clock,
  fallbackLimit: new Decimal('50.00'),
  risk: createRiskClient({ url: riskUrl, deadline_ms: 10_000, keys, clock, log: silent }),
  ledgers: {
    of: (books) => ({
      async post(order) {
        dieIf('before the ledger is asked')
        const posting = await ledgers.of(books).post(order)
        dieIf('after the ledger has answered')
        return posting
      },
    }),
  },
})
const books = { tenant: purse.tenant, db: database.forTenant(purse.tenant) }

if (deed === 'hold') {
  const request = requestOf(purse, idempotencyKey)
  await flow.create(books, { ...request, order: { ...request.order, capture: 'MANUAL' } })
} else if (paymentId !== undefined) {
  const requester = { userId: undefined, actsForOthers: true }
  const command: Command = { paymentId, requester, actor: 'usr_operator', correlationId: 'correlation-1' }
  const key = { requestedBy: purse.userId, idempotencyKey: `${idempotencyKey} back` }
  if (deed === 'capture') await flow.capture(books, command, { minor: 400n, currency: 'EUR' })
  if (deed === 'cancel') await flow.cancel(books, command)
  if (deed === 'refund')
    await flow.refund(books, { key, order: { paymentId, amount: undefined }, correlationId: 'correlation-1' })
}
