import { newId } from '@carriergraph/shared/ids.ts'
import { expect, vi } from 'vitest'
import { importStatement } from '../reconciliation/import/import-statement.ts'
import { readStatement } from '../statements/read-statement.ts'
import { sourceOf } from '../statements/statements.fixture.ts'
import { operator, type PaymentsGraph, runPayments, START } from './payments-graph.ts'

/** The day of every line and movement, unless it says another. */
export const DAY = '2026-11-20'
export const ERRORS = 'errors { code message field }'
export const EXPECT = `mutation ($input: ExpectBankMovementsInput!) { expectBankMovements(input: $input) {
  movements { id account source references amount { amount currency } fee { amount } expectedOn counterpartyAccount }
  ${ERRORS} } }`
export const RUN = `mutation ($account: String!, $day: Date!) { runReconciliation(input: { account: $account, day: $day }) {
  cases run { id account day revision totals { status items lines expected linesAmount { amount } expectedAmount { amount }
    fee { amount currency } difference { amount } } } ${ERRORS} } }`
const CASES = `query ($filter: ReconciliationCaseFilter, $first: Int, $after: Cursor) {
  reconciliationCases(filter: $filter, first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
    id account status rule state difference { amount currency } fee { amount } linesAmount { amount } expectedAmount { amount }
    explanation { rule summary inputs { name value } counterfactual } run { id day }
    lines { nodes { id account bookedOn valueOn amount { amount } charges { amount } isReversal references remittance } }
    expected { nodes { id source amount { amount } } }
    postings { kind transferId amount { amount currency } state refusal }
    resolution resolvedBy requestedBy reason } } }`

export const movement = (source: string, amount: string, change: Record<string, unknown> = {}) => ({
  source,
  references: [source],
  amount: { amount, currency: 'EUR' },
  expectedOn: DAY,
  ...change,
})

/** Whatever a query or a mutation has answered. */
type Answered = Awaited<ReturnType<PaymentsGraph['ask']>>['data'][string]

/** Payments as the gateway meets them, with what tests of reconciliation ask again and again, as an operator. */
export type ReconciliationGraph = PaymentsGraph & {
  /** Of a bank, and of nobody else. */
  newAccount(): string
  /** Imports a statement of `reference,amount` lines of DAY. */
  statement(account: string, lines: readonly string[], now?: Date): Promise<void>
  expectMovements(
    account: string,
    movements: readonly object[],
    as?: Parameters<PaymentsGraph['ask']>[0],
  ): ReturnType<PaymentsGraph['ask']>
  run(account: string): Promise<Answered>
  cases(filter: Record<string, unknown>): Promise<Answered>
  firstCase(account: string): Promise<string>
  /** Waits until the ledger has decided all that the cases of an account came to. */
  posted(account: string): Promise<void>
}

export async function runReconciliations(): Promise<ReconciliationGraph> {
  const graph = await runPayments()
  let accounts = 0
  const cases = async (filter: Record<string, unknown>) =>
    (await graph.ask(operator, CASES, { filter })).data.reconciliationCases.nodes
  return {
    ...graph,
    newAccount() {
      accounts += 1
      return `ACCOUNT-${accounts}`
    },
    async statement(account, lines, now = START) {
      const columns = { bookingDate: 'day', endToEndId: 'reference', amount: 'amount' }
      const mapping = { account, currency: 'EUR', statementId: newId('evt'), columns }
      const content = ['day,reference,amount', ...lines.map((line) => `${DAY},${line}`), ''].join('\n')
      const file = await readStatement(sourceOf(content), { mapping })
      if (!file.ok) throw new Error(file.message)
      const provenance = { actor: 'svc:test', correlationId: 'correlation-1', now }
      await importStatement(graph.database.forTenant('demo'), file.value, { provenance })
    },
    expectMovements: (account, movements, as = operator) => graph.ask(as, EXPECT, { input: { account, movements } }),
    run: async (account) => (await graph.ask(operator, RUN, { account, day: DAY })).data.runReconciliation,
    cases,
    firstCase: async (account) => (await cases({ account }))[0].id,
    async posted(account) {
      const states = async () =>
        (await cases({ account })).flatMap(({ postings }: { postings: { state: string }[] }) =>
          postings.map(({ state }) => state),
        )
      await vi.waitFor(async () => expect(new Set(await states())).toEqual(new Set(['POSTED'])), {
        timeout: 20_000,
        interval: 100,
      })
    },
  }
}
