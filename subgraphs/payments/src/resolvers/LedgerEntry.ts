import { actsForOthers, maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { present } from '@carriergraph/shared/loader.ts'
import type { Transfer } from '../db/transfers.ts'
import { isTransferOf } from '../domain/transfer-of.ts'
import type { LedgerEntryResolvers } from '../generated/resolvers.ts'
import type { Loaders } from '../loaders.ts'

export const LedgerEntry: LedgerEntryResolvers = {
  async counterAccountId({ transferId, side }, _, { loaders }) {
    const { debitAccountId, creditAccountId } = await postedTransfer(loaders, transferId)
    const id = side === 'DEBIT' ? creditAccountId : debitAccountId
    if (id === null) throw new Error(`${transferId} has an entry, and no account on the other side.`)
    return id
  },
  async payment({ transferId }, _, { actor, loaders }) {
    const transfer = await postedTransfer(loaders, transferId)
    if (!isId('pay', transfer.reference)) return null
    const payment = await loaders.payment.load(transfer.reference)
    const isIts = payment !== null && isTransferOf(transfer, payment.transferId)
    return isIts && maySee(actor, payment.payerId) ? payment : null
  },
  async remittance({ transferId }, _, { actor, loaders }) {
    const transfer = await postedTransfer(loaders, transferId)
    if (!isId('rem', transfer.reference) || !isTransferOf(transfer)) return null
    const remittance = await loaders.remittance.load(transfer.reference)
    return remittance !== null && maySee(actor, remittance.senderId) ? remittance : null
  },
  transfer: ({ transferId }, _, { actor, loaders }) =>
    actsForOthers(actor) ? loaders.transfer.load(transferId) : null,
}

const postedTransfer = async (loaders: Loaders, id: Id<'tfr'>): Promise<Transfer> =>
  present(await loaders.transfer.load(id), id)
