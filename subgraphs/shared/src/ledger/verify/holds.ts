import { fromUuid } from '../../ids.ts'
import type { Walk } from './walk.ts'

type Row = {
  tenant: string
  id: string
  amount: bigint
  heldOnDebit: number | null
  heldOnCredit: number | null
  isRight: boolean
}

/** @returns what the holds say is held, by the number of the account */
export async function walkHolds({ tx, stepRows, list, onStep }: Walk): Promise<ReadonlyMap<number, bigint>> {
  const held = new Map<number, bigint>()
  const add = (number: number | null, amount: bigint) => {
    if (number !== null) held.set(number, (held.get(number) ?? 0n) + amount)
  }
  let after = { tenant: '', id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    const rows: Row[] = await tx<Row[]>`
      select h.tenant_id as tenant, h.transfer_id as id, h.amount_minor as amount,
        case d.normal_side when 'CREDIT' then h.debit_number end as "heldOnDebit",
        case c.normal_side when 'DEBIT' then h.credit_number end as "heldOnCredit",
        p.id is not null and r.id is null as "isRight"
      from (
        select * from ledger_hold where (tenant_id, transfer_id) > (${after.tenant}, ${after.id}::uuid)
        order by tenant_id, transfer_id limit ${stepRows}) h
      left join lateral (select normal_side from ledger_account where number = h.debit_number limit 1) d on true
      left join lateral (select normal_side from ledger_account where number = h.credit_number limit 1) c on true
      left join lateral (
        select id from ledger_transfer
        where tenant_id = h.tenant_id and id = h.transfer_id and kind = 'PENDING' and refusal is null
          and (amount_minor, debit_number, credit_number, expires_at)
            = (h.amount_minor, h.debit_number, h.credit_number, h.expires_at) limit 1) p on true
      left join lateral (
        select id from ledger_transfer
        where tenant_id = h.tenant_id and subject_id = h.transfer_id and refusal is null limit 1) r on true
      order by 1, 2`
    for (const { tenant, id, amount, heldOnDebit, heldOnCredit, isRight } of rows) {
      add(heldOnDebit, amount)
      add(heldOnCredit, amount)
      if (!isRight) list.add({ code: 'HOLD_WRONG', tenant, about: fromUuid('tfr', id) })
    }
    onStep(rows.length)
    const last = rows.at(-1)
    if (last === undefined || rows.length < stepRows) return held
    after = last
  }
}
