/**
 * What ISO has in a message, its statements, their entries and the details of those, in versions 001.02 to 001.14: those of
 * camt.053 and camt.054 differ in names alone. Whatever else stands there may be an entry or a transaction that was damaged,
 * and a notification has no balances that would tell.
 */
const STATEMENT = names(
  ...['Id', 'StmtPgntn', 'NtfctnPgntn', 'ElctrncSeqNb', 'RptgSeq', 'LglSeqNb', 'CreDtTm', 'FrToDt', 'CpyDplctInd'],
  ...['RptgSrc', 'Acct', 'RltdAcct', 'Intrst', 'Bal', 'TxsSummry', 'Ntry', 'AddtlStmtInf', 'AddtlNtfctnInf'],
)
const ENTRY = names(
  ...['NtryRef', 'Amt', 'CdtDbtInd', 'RvslInd', 'Sts', 'BookgDt', 'ValDt', 'AcctSvcrRef', 'Avlbty', 'BkTxCd'],
  ...['ComssnWvrInd', 'AddtlInfInd', 'AmtDtls', 'Chrgs', 'TechInptChanl', 'Intrst', 'CardTx', 'NtryDtls'],
  'AddtlNtryInf',
)
const DETAILS = names('Btch', 'TxDtls')
const BATCH = names('MsgId', 'PmtInfId', 'NbOfTxs', 'TtlAmt', 'CdtDbtInd')

/** The names of what may stand in an element, by its path; what is deeper, or beside the statements, is not held to any. */
export type Children = ReadonlyMap<string, ReadonlySet<string>>

/** Of a message whose statements are called `statement`. */
export const childrenOf = (message: string, statement: string): Children => {
  const path = `Document/${message}/${statement}`
  return new Map([
    ['Document', names(message)],
    [`Document/${message}`, names('GrpHdr', statement)],
    [path, STATEMENT],
    [`${path}/Ntry`, ENTRY],
    [`${path}/Ntry/NtryDtls`, DETAILS],
    [`${path}/Ntry/NtryDtls/Btch`, BATCH],
  ])
}

function names(...all: string[]): ReadonlySet<string> {
  return new Set(all)
}
