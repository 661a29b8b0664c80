import { fromUuid } from '../../ids.ts'
import type { Walk } from './walk.ts'

type Row = {
  tenant: string
  id: string
  accountWrong: boolean
  subjectWrong: boolean
  holdMissing: boolean
}

/** Looks at what each transfer refers to: its accounts, its subject, its hold. @returns how many there are */
export async function walkTransfers({ tx, stepRows, list, onStep }: Walk): Promise<number> {
  let transfers = 0
  let after = { tenant: '', id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    const rows: Row[] = await tx<Row[]>`
      select t.tenant_id as tenant, t.id,
        t.refusal is null and (d.number is null or c.number is null) as "accountWrong",
        t.refusal is null and t.kind not in ('SINGLE', 'PENDING') and (o.id is not null or not coalesce(
          case when t.kind = 'REVERSAL' then s.debit_sequence is not null and t.amount_minor = s.amount_minor
              and (t.debit_number, t.credit_number) = (s.credit_number, s.debit_number)
            else s.kind = 'PENDING' and t.amount_minor <= s.amount_minor
              and (t.debit_number, t.credit_number) = (s.debit_number, s.credit_number) end, false)) as "subjectWrong",
        t.refusal is null and t.kind = 'PENDING' and r.id is null and h.transfer_id is null as "holdMissing"
      from (
        select * from ledger_transfer where (tenant_id, id) > (${after.tenant}, ${after.id}::uuid)
        order by tenant_id, id limit ${stepRows}) t
      left join lateral (
        select number from ledger_account
        where number = t.debit_number and tenant_id = t.tenant_id and currency = t.currency limit 1) d on true
      left join lateral (
        select number from ledger_account
        where number = t.credit_number and tenant_id = t.tenant_id and currency = t.currency limit 1) c on true
      left join lateral (
        select kind, amount_minor, debit_number, credit_number, debit_sequence from ledger_transfer
        where tenant_id = t.tenant_id and id = t.subject_id and refusal is null limit 1) s on true
      left join lateral (
        select id from ledger_transfer
        where t.refusal is null and tenant_id = t.tenant_id and subject_id = t.subject_id and refusal is null
          and id <> t.id limit 1) o on true
      left join lateral (
        select id from ledger_transfer
        where t.kind = 'PENDING' and tenant_id = t.tenant_id and subject_id = t.id and refusal is null limit 1) r on true
      left join lateral (
        select transfer_id from ledger_hold
        where t.kind = 'PENDING' and tenant_id = t.tenant_id and transfer_id = t.id limit 1) h on true
      order by 1, 2`
    for (const { tenant, id, accountWrong, subjectWrong, holdMissing } of rows) {
      if (!(accountWrong || subjectWrong || holdMissing)) continue
      const about = fromUuid('tfr', id)
      if (accountWrong) list.add({ code: 'ACCOUNT_WRONG', tenant, about })
      if (subjectWrong) list.add({ code: 'SUBJECT_WRONG', tenant, about })
      if (holdMissing) list.add({ code: 'HOLD_WRONG', tenant, about })
    }
    transfers += rows.length
    onStep(rows.length)
    const last = rows.at(-1)
    if (last === undefined || rows.length < stepRows) return transfers
    after = last
  }
}
