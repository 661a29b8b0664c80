import { any, choice, type ElementRule, OPAQUE, one, optional } from './element.ts'
import { agent, type Edition, party, since2019 } from './parties.ts'
import { COUNT, DATE_TIME, DECIMAL, EXTERNAL_CODE_4, text, UETR } from './values.ts'

/** CustomerPaymentStatusReport, pain.002.001.03 and .10 to .14: the bank says how it stands. */
export const paymentStatusReport = (edition: Edition): ElementRule =>
  one('CstmrPmtStsRpt', [
    one('GrpHdr', [
      one('MsgId', text(35)),
      one('CreDtTm', DATE_TIME),
      optional('InitgPty', party(edition)),
      optional('FwdgAgt', agent(edition)),
      optional('DbtrAgt', agent(edition)),
      optional('CdtrAgt', agent(edition)),
    ]),
    one('OrgnlGrpInfAndSts', [
      one('OrgnlMsgId', text(35)),
      one('OrgnlMsgNmId', text(35)),
      optional('OrgnlCreDtTm', DATE_TIME),
      ...totals('GrpSts', edition),
    ]),
    any('OrgnlPmtInfAndSts', [
      one('OrgnlPmtInfId', text(35)),
      ...totals('PmtInfSts', edition),
      any('TxInfAndSts', transaction(edition)),
    ]),
    ...since2019(edition, any('SplmtryData', OPAQUE)),
  ])

/** What the original said of itself, and how it stands as a whole. */
const totals = (status: string, edition: Edition): readonly ElementRule[] => [
  optional('OrgnlNbOfTxs', COUNT),
  optional('OrgnlCtrlSum', DECIMAL),
  optional(status, EXTERNAL_CODE_4),
  any('StsRsnInf', reason(edition)),
  any('NbOfTxsPerSts', [one('DtldNbOfTxs', COUNT), one('DtldSts', EXTERNAL_CODE_4), optional('DtldCtrlSum', DECIMAL)]),
]

const reason = (edition: Edition): readonly ElementRule[] => [
  optional('Orgtr', party(edition)),
  optional('Rsn', choice(one('Cd', EXTERNAL_CODE_4), one('Prtry', text(35)))),
  any('AddtlInf', text(105)),
]

const transaction = (edition: Edition): readonly ElementRule[] => [
  optional('StsId', text(35)),
  optional('OrgnlInstrId', text(35)),
  optional('OrgnlEndToEndId', text(35)),
  ...since2019(edition, optional('OrgnlUETR', UETR)),
  optional('TxSts', EXTERNAL_CODE_4),
  any('StsRsnInf', reason(edition)),
  any('ChrgsInf', OPAQUE),
  ...since2019(edition, optional('TrckrData', OPAQUE)),
  optional('AccptncDtTm', DATE_TIME),
  optional('AcctSvcrRef', text(35)),
  optional('ClrSysRef', text(35)),
  optional('OrgnlTxRef', OPAQUE),
  ...since2019(edition, any('SplmtryData', OPAQUE)),
]
