import type postgres from 'postgres'
import type { FaultList } from './fault.ts'

export type VerifyTx = postgres.TransactionSql<{ bigint: bigint }>

/**
 * Rows of one step. Each is one short range of an index and one answer, so that no statement runs into its timeout and
 * no connection is silent for so long that it is given up, however large the ledger.
 */
export const STEP_ROWS_MAX = 5_000

/** What every walk through a table is given. */
export type Walk = {
  readonly tx: VerifyTx
  readonly stepRows: number
  readonly list: FaultList
  /** Called after each step with how many rows it was. */
  readonly onStep: (rows: number) => void
}
