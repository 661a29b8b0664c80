// A withdrawal in a process of its own that kills itself, as kill -9 would, at the named step. Arguments: JSON of DyingRail.
// Run by `drive-and-die.ts`.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { Finisher } from '../flow/finisher.ts'
import { onPaymentNews } from '../flow/over-rail.ts'
import { createPaymentFlow } from '../flow/payment-flow.ts'
import type { Rail } from '../rails/rail.ts'
import { RailWorker } from '../rails/rail-worker.ts'
import { Rails } from '../rails/rails.ts'
import { railsConfig } from '../rails/settings.ts'
import { createRiskClient } from '../risk/client.ts'
import type { DyingRail } from './drive-and-die.ts'
import { silent } from './payments-database.ts'
import { orderOf } from './rails-stage.ts'

const { databaseUrl, riskUrl, keys, now, purse, remittance, dieAt }: DyingRail = JSON.parse(process.argv[2] ?? '')

const dieIf = (step: DyingRail['dieAt']) => {
  if (step === dieAt) process.kill(process.pid, 'SIGKILL')
}

const at = { ms: new Date(now).getTime() }
const clock = () => new Date(at.ms)
const database = openDatabase({ url: databaseUrl, applicationName: 'dying-rail', log: silent })
const books = { tenant: purse.tenant, db: database.forTenant(purse.tenant) }

/** The rail, dying before it is asked and after it has answered. */
const dyingRail = (rail: Rail): Rail => ({
  ...rail,
  async submit(instruction) {
    dieIf('before the rail is asked')
    const answer = await rail.submit(instruction)
    dieIf('after the rail has answered')
    return answer
  },
  async *notices() {
    for await (const notices of rail.notices()) {
      dieIf('before the news is stored')
      yield notices
      dieIf('after the news is stored')
    }
  },
})

class DyingRails extends Rails {
  override async open(...wanted: Parameters<Rails['open']>) {
    const open = await super.open(...wanted)
    return { ...open, rail: dyingRail(open.rail) }
  }
}

const rails = new DyingRails({
  config: railsConfig({ RAIL_OPERATOR_IBAN: 'DE89370400440532013000' }),
  clock,
  log: silent,
})
const ledgers = new Ledgers(clock)
const flow = createPaymentFlow({
  clock,
  rails,
  fallbackLimit: new Decimal('50.00'),
  risk: createRiskClient({ url: riskUrl, deadline_ms: 10_000, keys, clock, log: silent }),
  ledgers: {
    of: (its) => ({
      async post(order) {
        if (order.kind === 'PENDING') dieIf('before the hold')
        if (order.kind === 'POST_PENDING') dieIf('before the capture')
        if (order.kind === 'VOID_PENDING') dieIf('before the release')
        const posting = await ledgers.of(its).post(order)
        if (order.kind === 'PENDING') dieIf('after the hold, before the instruction')
        if (order.kind === 'POST_PENDING') dieIf('after the capture, before it is recorded')
        if (order.kind === 'VOID_PENDING') dieIf('after the release, before it is recorded')
        return posting
      },
    }),
  },
})
const finisher = new Finisher({ flow, log: silent })
rails.news.register('pay', onPaymentNews({ clock, ledgers, soon: (its, id) => finisher.soon(its, id) }))
const worker = new RailWorker({ database, rails, clock, log: silent })
await flow.create(books, orderOf(purse, 'k', 1_000n, { remittance }))
dieIf('after the instruction, before it is sent')
for (let turn = 0; turn < 4; turn += 1) {
  await worker.runOnce()
  await finisher.idle()
  at.ms += 3_000
}
