import { pino } from 'pino'
import postgres from 'postgres'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../db/pools.ts'
import './provided.ts'

/** As `explain (analyze, format json)` tells it. */
type PlanNode = {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
  readonly [name: string]: unknown
}

export type Planned = {
  readonly query: string
  readonly rows: number
  /** Through which rows were looked up: what an index reads for them in vain, no number of rows tells. */
  readonly indexes: readonly string[]
}

/**
 * Connections on which PostgreSQL itself tells the plan of every statement, those of functions included, and how many rows each step of it came by: what a
 * plan costs, without a clock, also where the rows are kept in memory.
 */
export async function openTellingPlans(
  url: string,
): Promise<AsyncDisposable & { readonly database: Database; planned: Planned[] }> {
  const name = new URL(url).pathname.slice(1)
  const admin = postgres(inject('postgresUrl'), { max: 1 })
  for (const [setting, value] of Object.entries(SETTINGS))
    await admin.unsafe(`alter database "${name}" set ${setting} = '${value}'`)
  await admin.end()
  const planned: Planned[] = []
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        const { notice = '' }: { notice?: string } = JSON.parse(line)
        if (!/^duration: .*plan:\n/.test(notice)) return
        const told: { 'Query Text': string; Plan: PlanNode } = JSON.parse(notice.slice(notice.indexOf('{')))
        planned.push({ query: told['Query Text'], rows: rowsOf(told.Plan), indexes: indexesOf(told.Plan) })
      },
    },
  )
  const database = openDatabase({ url, applicationName: 'plans', log })
  return { database, planned, [Symbol.asyncDispose]: () => database.close({ timeout_s: 1 }) }
}

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_level': 'notice',
  'auto_explain.log_parameter_max_length': '0',
}

/** Of all steps of a plan, those included that a filter took away again. */
function rowsOf(node: PlanNode): number {
  const removed = Object.entries(node).filter(([field]) => field.startsWith('Rows Removed by'))
  const each = removed.reduce((sum, [, rows]) => sum + Number(rows), node['Actual Rows'])
  return (node.Plans ?? []).reduce((sum, below) => sum + rowsOf(below), each * node['Actual Loops'])
}

function indexesOf({ 'Index Name': name, Plans = [] }: PlanNode): string[] {
  const below = Plans.flatMap(indexesOf)
  return name === undefined ? below : [name, ...below]
}
