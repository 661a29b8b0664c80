import { any, choice, type ElementRule, OPAQUE, one, optional, some } from './element.ts'
import {
  account,
  agent,
  agentsBetween,
  CHARGE_BEARER,
  type Edition,
  party,
  paymentType,
  purpose,
  remittance,
} from './parties.ts'
import { AMOUNT, BOOLEAN, COUNT, CURRENCY, code, DATE, DATE_TIME, DECIMAL, text, UETR } from './values.ts'

const supplement = (edition: Edition): readonly ElementRule[] =>
  edition === '2019' ? [any('SplmtryData', OPAQUE)] : []

/** CustomerCreditTransferInitiation, pain.001.001.03 and .09: a customer tells its bank to pay. */
export const customerCreditTransfer = (edition: Edition): ElementRule =>
  one('CstmrCdtTrfInitn', [
    one('GrpHdr', [
      one('MsgId', text(35)),
      one('CreDtTm', DATE_TIME),
      any('Authstn', OPAQUE, 2),
      one('NbOfTxs', COUNT),
      optional('CtrlSum', DECIMAL),
      one('InitgPty', party(edition)),
      optional('FwdgAgt', agent(edition)),
    ]),
    some('PmtInf', paymentInformation(edition)),
    ...supplement(edition),
  ])

/** Transfers of one account on one day. */
const paymentInformation = (edition: Edition): readonly ElementRule[] => [
  one('PmtInfId', text(35)),
  one('PmtMtd', code('CHK', 'TRF', 'TRA')),
  optional('BtchBookg', BOOLEAN),
  optional('NbOfTxs', COUNT),
  optional('CtrlSum', DECIMAL),
  optional('PmtTpInf', paymentType(edition)),
  one('ReqdExctnDt', edition === '2009' ? DATE : choice(one('Dt', DATE), one('DtTm', DATE_TIME))),
  optional('PoolgAdjstmntDt', DATE),
  one('Dbtr', party(edition)),
  one('DbtrAcct', account(edition)),
  one('DbtrAgt', agent(edition)),
  optional('DbtrAgtAcct', account(edition)),
  ...(edition === '2019' ? [optional('InstrForDbtrAgt', text(140))] : []),
  optional('UltmtDbtr', party(edition)),
  optional('ChrgBr', CHARGE_BEARER),
  optional('ChrgsAcct', account(edition)),
  optional('ChrgsAcctAgt', agent(edition)),
  some('CdtTrfTxInf', creditTransfer(edition)),
]

const creditTransfer = (edition: Edition): readonly ElementRule[] => [
  one('PmtId', [
    optional('InstrId', text(35)),
    one('EndToEndId', text(35)),
    ...(edition === '2019' ? [optional('UETR', UETR)] : []),
  ]),
  optional('PmtTpInf', paymentType(edition)),
  one('Amt', choice(one('InstdAmt', AMOUNT), one('EqvtAmt', [one('Amt', AMOUNT), one('CcyOfTrf', CURRENCY)]))),
  optional('XchgRateInf', OPAQUE),
  optional('ChrgBr', CHARGE_BEARER),
  optional('ChqInstr', OPAQUE),
  optional('UltmtDbtr', party(edition)),
  ...agentsBetween(edition, 'IntrmyAgt'),
  optional('CdtrAgt', agent(edition)),
  optional('CdtrAgtAcct', account(edition)),
  optional('Cdtr', party(edition)),
  optional('CdtrAcct', account(edition)),
  optional('UltmtCdtr', party(edition)),
  any('InstrForCdtrAgt', OPAQUE),
  optional('InstrForDbtrAgt', text(140)),
  optional('Purp', purpose),
  any('RgltryRptg', OPAQUE, 10),
  optional('Tax', OPAQUE),
  any('RltdRmtInf', OPAQUE, 10),
  optional('RmtInf', remittance),
  ...supplement(edition),
]
