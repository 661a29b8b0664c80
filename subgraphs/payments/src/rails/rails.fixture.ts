import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { type Instruction, instructionId } from './instruction.ts'

export const NOON = new Date('2026-11-20T12:00:00.000Z')
export const OPERATOR = { name: 'Carrier One GmbH', account: 'DE89370400440532013000', agent: 'COBADEFFXXX' }
export const OTHER = { name: 'Ada Lovelace', account: 'FR1420041010050500013M02606', agent: 'PSSTFRPPPAR' }

/** An instruction that every rail carries. */
export function instruction(more: Partial<Instruction> = {}): Instruction {
  const reference = more.reference ?? newId('pay')
  const [debtor, creditor] = more.direction === 'IN' ? [OTHER, OPERATOR] : [OPERATOR, OTHER]
  return {
    id: instructionId(reference, 'out'),
    direction: 'OUT',
    reference,
    amount: money(12_345n, 'EUR'),
    debtor,
    creditor,
    remittance: 'Invoice 7',
    executionDate: '2026-11-23',
    ...more,
  }
}
