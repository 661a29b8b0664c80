import { DEMO_TENANT, runDemo } from '@carriergraph/shared/command/run-demo.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { deposit } from './flow/deposit.ts'
import { openWallet } from './flow/open-wallet.ts'

/** The customers of the demo; the other subgraphs' demo data names them by the same keys. */
const CUSTOMERS = ['ada', 'bruno', 'chen', 'dana', 'elif']
const OPENING_DEPOSIT = { minor: 5_000_00n, currency: 'EUR' } as const

/**
 * Opens a wallet in EUR with 5000.00 for each customer of the demo. A wallet that is there stays as it is, with what was
 * paid from it. Billing accounts become known by billing's events, as always.
 */
export async function loadDemo(db: TenantDb, now: Date): Promise<void> {
  const books = { tenant: DEMO_TENANT, db }
  const ledgers = new Ledgers(() => now)
  const provenance = { actor: 'svc:demo', correlationId: 'demo', now }
  for (const key of CUSTOMERS) {
    const walletId = namedId('led', `demo/${key}`)
    const wallet = { id: walletId, ownerId: namedId('usr', `demo/${key}`), currency: OPENING_DEPOSIT.currency }
    const { id: walletOfKey } = await openWallet(db, wallet, provenance)
    if (walletOfKey !== walletId) continue
    // Not only where the wallet is new: a demo that was stopped after opening it gave it nothing.
    const transferId = namedId('tfr', `demo/${key}`)
    await deposit(ledgers, books, { transferId, walletId, amount: OPENING_DEPOSIT, reference: 'opening deposit' })
  }
}

if (import.meta.main) await runDemo({ service: 'payments', command: 'payments-demo', table: 'payment' }, loadDemo)
