import { type Kept, kept } from './scope.ts'

/** What is read of each element of camt.053 and camt.054, in all versions: names that moved stand beside each other. */

export const STATEMENT: Kept = kept([
  'Id',
  'ElctrncSeqNb',
  'LglSeqNb',
  'StmtPgntn/PgNb',
  'NtfctnPgntn/PgNb',
  'Acct/Id/IBAN',
  'Acct/Id/Othr/Id',
  'Acct/Ccy',
])

/** Its own element, so that a second one is noticed. */
export const TOTALS: Kept = kept([
  'TtlNtries/NbOfNtries',
  'TtlNtries/Sum',
  'TtlNtries/TtlNetNtryAmt',
  'TtlNtries/CdtDbtInd',
  'TtlNtries/TtlNetNtry/Amt',
  'TtlNtries/TtlNetNtry/CdtDbtInd',
  'TtlCdtNtries/NbOfNtries',
  'TtlCdtNtries/Sum',
  'TtlDbtNtries/NbOfNtries',
  'TtlDbtNtries/Sum',
])

export const BALANCE: Kept = kept(['Tp/CdOrPrtry/Cd', 'Amt', 'CdtDbtInd', 'Dt/Dt', 'Dt/DtTm'])

export const ENTRY: Kept = kept([
  'NtryRef',
  'Amt',
  'CdtDbtInd',
  'RvslInd',
  'Sts',
  'Sts/Cd',
  'BookgDt/Dt',
  'BookgDt/DtTm',
  'ValDt/Dt',
  'ValDt/DtTm',
  'AcctSvcrRef',
  'AddtlNtryInf',
])

export const DETAILS: Kept = kept(['Btch/MsgId', 'Btch/PmtInfId', 'Btch/NbOfTxs'])

const PARTY = ['Nm', 'Pty/Nm', 'Agt/FinInstnId/Nm']
const ACCOUNT = ['Id/IBAN', 'Id/Othr/Id']
const AGENT = ['FinInstnId/BIC', 'FinInstnId/BICFI']

const below = (parent: string, paths: readonly string[]) => paths.map((path) => `${parent}/${path}`)

/** Where the name, account and bank of a side stand, the best first. */
const sidePaths = (side: 'Dbtr' | 'Cdtr') => ({
  name: [...below(`RltdPties/${side}`, PARTY), ...below(`RltdPties/Ultmt${side}`, PARTY)],
  account: below(`RltdPties/${side}Acct`, ACCOUNT),
  agent: below(`RltdAgts/${side}Agt`, AGENT),
})

export const DEBTOR = sidePaths('Dbtr')
export const CREDITOR = sidePaths('Cdtr')

export const TRANSACTION: Kept = kept(
  [
    'Amt',
    'CdtDbtInd',
    'AmtDtls/TxAmt/Amt',
    'AmtDtls/CntrValAmt/Amt',
    'Refs/MsgId',
    'Refs/AcctSvcrRef',
    'Refs/PmtInfId',
    'Refs/InstrId',
    'Refs/EndToEndId',
    'Refs/TxId',
    'Refs/UETR',
    'Refs/MndtId',
    'AddtlTxInf',
    'RtrInf/Rsn/Cd',
    'RtrInf/Rsn/Prtry',
    ...[DEBTOR, CREDITOR].flatMap(({ name, account, agent }) => [...name, ...account, ...agent]),
  ],
  ['RmtInf/Ustrd', 'RmtInf/Strd/CdtrRefInf/Ref', 'RmtInf/Strd/RfrdDocInf/Nb', 'RmtInf/Strd/AddtlRmtInf'],
)

/** Version 2 has the charge itself, later ones records in it. */
export const CHARGE: Kept = kept(['Amt', 'CdtDbtInd', 'ChrgInclInd', 'Tp/Cd', 'Tp/Prtry', 'Tp/Prtry/Id'])
