import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { anyOf } from '../accounts.ts'
import type { Stage } from '../stage.ts'

/** A transfer and its two entries as rows of their own, as textbooks have it. */
const TABLES = `
  create table account (id uuid primary key, balance bigint not null);
  create table transfer (
    id uuid primary key,
    debit_account uuid not null references account,
    credit_account uuid not null references account,
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    reference text not null,
    created_at timestamptz not null default now());
  create table entry (
    account_id uuid not null references account,
    transfer_id uuid not null references transfer,
    amount bigint not null,
    balance bigint not null,
    primary key (account_id, transfer_id));
  create table copied_transfer (like transfer including all);
  create table copied_entry (like entry including all)`

export interface ClassicBooks extends AsyncDisposable {
  readonly sql: postgres.Sql
  readonly accounts: readonly string[]
}

export async function openClassicBooks(stage: Stage, name: string, connections: number): Promise<ClassicBooks> {
  const sql = postgres(await stage.database(name), { max: connections, onnotice: () => undefined })
  await sql.unsafe(TABLES)
  const accounts = Array.from({ length: 10_000 }, () => randomUUID())
  await sql`insert into account select id, 1000000000 from unnest(${accounts}::uuid[]) id`
  return { sql, accounts, [Symbol.asyncDispose]: () => sql.end() }
}

export function twoOf(accounts: readonly string[], isHot: boolean): [debit: string, credit: string] {
  const debit = isHot ? (accounts[0] ?? '') : anyOf(accounts)
  let credit = anyOf(accounts)
  while (credit === debit) credit = anyOf(accounts)
  return [debit, credit]
}
