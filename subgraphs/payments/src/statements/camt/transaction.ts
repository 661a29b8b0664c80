import type { Money } from '@carriergraph/shared/money/money.ts'
import { readXmlAmount, signed } from '../amounts.ts'
import { type Charge, type Counterparty, type Position, type References, referenceText } from '../statement.ts'
import type { EntryHead } from './entry.ts'
import { CREDITOR, DEBTOR } from './paths.ts'
import type { Scope } from './scope.ts'

/** A transaction of an entry (TxDtls), flat: a batch holds many until its sum is known. */
export type Transaction = {
  /** Signed; undefined where it says none in the entry's currency. */
  readonly amount: Money | undefined
  readonly references: References
  readonly remittance: readonly string[]
  readonly text: string | undefined
  readonly returnReason: string | undefined
  readonly debtor: Counterparty
  readonly creditor: Counterparty
  readonly charges: readonly Charge[]
  readonly position: Position
}

/** Where an amount of a transaction may stand, that of the booking first. What was instructed is in any currency. */
const AMOUNTS = ['Amt', 'AmtDtls/TxAmt/Amt', 'AmtDtls/CntrValAmt/Amt']

/** @throws StatementFault for an amount or code that cannot be read */
export function readTransaction(scope: Scope, head: EntryHead, charges: readonly Charge[]): Transaction {
  const reference = (path: string) => referenceText(scope.text(path))
  return {
    amount: transactionAmount(scope, head),
    references: {
      endToEndId: reference('Refs/EndToEndId'),
      transactionId: reference('Refs/TxId'),
      instructionId: reference('Refs/InstrId'),
      uetr: reference('Refs/UETR'),
      paymentInformationId: reference('Refs/PmtInfId'),
      messageId: reference('Refs/MsgId'),
      mandateId: reference('Refs/MndtId'),
      accountServicerReference: reference('Refs/AcctSvcrRef'),
      entryServicerReference: undefined,
      entryReference: undefined,
      batchedEndToEndIds: [],
      creditorReferences: scope.texts('RmtInf/Strd/CdtrRefInf/Ref'),
      documentNumbers: scope.texts('RmtInf/Strd/RfrdDocInf/Nb'),
    },
    remittance: [...scope.texts('RmtInf/Ustrd'), ...scope.texts('RmtInf/Strd/AddtlRmtInf')],
    text: scope.text('AddtlTxInf'),
    returnReason: scope.text('RtrInf/Rsn/Cd', 'RtrInf/Rsn/Prtry'),
    debtor: partyOf(scope, DEBTOR),
    creditor: partyOf(scope, CREDITOR),
    charges,
    position: scope.position,
  }
}

function transactionAmount(scope: Scope, { amount: { currency }, isCredit, day }: EntryHead): Money | undefined {
  for (const path of AMOUNTS) {
    const leaf = scope.find(path)
    if (leaf === undefined || leaf.currency !== currency) continue
    const amount = readXmlAmount(leaf.text, currency, day, leaf.position)
    return signed(amount, scope.find('CdtDbtInd') === undefined ? isCredit : scope.isCredit())
  }
  return undefined
}

const partyOf = (scope: Scope, { name, account, agent }: typeof DEBTOR): Counterparty => ({
  name: scope.text(...name),
  account: scope.text(...account),
  agent: scope.text(...agent),
})
