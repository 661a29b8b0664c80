import type { PaymentInstructionResolvers, PaymentPartyResolvers } from '../generated/resolvers.ts'
import { endToEndId } from '../rails/instruction.ts'
import { GRAPH_RAILS } from './rail-names.ts'

export const PaymentInstruction: PaymentInstructionResolvers = {
  id: ({ instruction }) => instruction.id,
  rail: ({ rail }) => GRAPH_RAILS[rail],
  reason: ({ reason }) => (reason === undefined ? null : { code: reason.code, text: reason.text ?? null }),
  endToEndId: ({ instruction }) => endToEndId(instruction.id),
  debtor: ({ instruction }) => instruction.debtor,
  creditor: ({ instruction }) => instruction.creditor,
  executionDate: ({ instruction }) => instruction.executionDate,
  returnedAmount: ({ returned }) => returned ?? null,
}

export const PaymentParty: PaymentPartyResolvers = {
  account: ({ account }) => account ?? null,
  bic: ({ agent }) => agent ?? null,
}
