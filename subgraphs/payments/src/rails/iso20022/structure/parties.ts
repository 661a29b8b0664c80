import { any, choice, type ElementRule, OPAQUE, one, optional } from './element.ts'
import {
  BIC,
  COUNTRY,
  CURRENCY,
  code,
  EXTERNAL_CODE_4,
  EXTERNAL_CODE_35,
  IBAN,
  LEI,
  text,
  type ValueType,
} from './values.ts'

/**
 * Messages of 2009 (pain.001.001.03) and those of 2019 (pain.001.001.09) name and order some things differently. Those of 2024
 * (pain.002.001.14) have longer addresses.
 */
export type Edition = '2009' | '2019' | '2024'

export const since2019 = (edition: Edition, ...rules: readonly ElementRule[]): readonly ElementRule[] =>
  edition === '2009' ? [] : rules

const since2024 = (edition: Edition, ...rules: readonly ElementRule[]): readonly ElementRule[] =>
  edition === '2024' ? rules : []

const codeOrOwn = (list: ValueType) => choice(one('Cd', list), one('Prtry', text(35)))

const address = (edition: Edition): readonly ElementRule[] => {
  const [streetMax, nameMax] = edition === '2024' ? [140, 140] : [70, 35]
  return [
    optional('AdrTp', edition === '2009' ? code('ADDR', 'PBOX', 'HOME', 'BIZZ', 'MLTO', 'DLVY') : OPAQUE),
    ...since2024(edition, optional('CareOf', text(140))),
    optional('Dept', text(70)),
    optional('SubDept', text(70)),
    optional('StrtNm', text(streetMax)),
    optional('BldgNb', text(16)),
    ...since2019(edition, optional('BldgNm', text(nameMax)), optional('Flr', text(70))),
    ...since2024(edition, optional('UnitNb', text(16))),
    ...since2019(edition, optional('PstBx', text(16)), optional('Room', text(70))),
    optional('PstCd', text(16)),
    optional('TwnNm', text(nameMax)),
    ...since2019(edition, optional('TwnLctnNm', text(nameMax)), optional('DstrctNm', text(nameMax))),
    optional('CtrySubDvsn', text(35)),
    optional('Ctry', COUNTRY),
    any('AdrLine', text(70), 7),
  ]
}

export const party = (edition: Edition): readonly ElementRule[] => [
  optional('Nm', text(140)),
  optional('PstlAdr', address(edition)),
  optional(
    'Id',
    choice(
      one('OrgId', [
        optional(edition === '2009' ? 'BICOrBEI' : 'AnyBIC', BIC),
        ...since2019(edition, optional('LEI', LEI)),
        any('Othr', OPAQUE),
      ]),
      one('PrvtId', OPAQUE),
    ),
  ),
  optional('CtryOfRes', COUNTRY),
  optional('CtctDtls', OPAQUE),
]

export const account = (edition: Edition): readonly ElementRule[] => [
  one(
    'Id',
    choice(
      one('IBAN', IBAN),
      one('Othr', [one('Id', text(34)), optional('SchmeNm', OPAQUE), optional('Issr', text(35))]),
    ),
  ),
  optional('Tp', OPAQUE),
  optional('Ccy', CURRENCY),
  optional('Nm', text(70)),
  ...since2019(edition, optional('Prxy', OPAQUE)),
]

export const agent = (edition: Edition): readonly ElementRule[] => [
  one('FinInstnId', [
    optional(edition === '2009' ? 'BIC' : 'BICFI', BIC),
    optional('ClrSysMmbId', [
      optional('ClrSysId', choice(one('Cd', text(5)), one('Prtry', text(35)))),
      one('MmbId', text(35)),
    ]),
    ...since2019(edition, optional('LEI', LEI)),
    optional('Nm', text(140)),
    optional('PstlAdr', address(edition)),
    optional('Othr', OPAQUE),
  ]),
  optional('BrnchId', OPAQUE),
]

/** How it is to be handled. pacs.008 names the channel of the clearing as well. */
export const paymentType = (edition: Edition, hasChannel = false): readonly ElementRule[] => [
  optional('InstrPrty', code('HIGH', 'NORM')),
  ...(hasChannel ? [optional('ClrChanl', code('RTGS', 'RTNS', 'MPNS', 'BOOK'))] : []),
  any('SvcLvl', codeOrOwn(EXTERNAL_CODE_4), edition === '2009' ? 1 : Number.POSITIVE_INFINITY),
  optional('LclInstrm', codeOrOwn(EXTERNAL_CODE_35)),
  optional('CtgyPurp', codeOrOwn(EXTERNAL_CODE_4)),
]

export const purpose = codeOrOwn(EXTERNAL_CODE_4)
export const CHARGE_BEARER = code('DEBT', 'CRED', 'SHAR', 'SLEV')

/** What the creditor reads. */
export const remittance: readonly ElementRule[] = [any('Ustrd', text(140)), any('Strd', OPAQUE)]

/** Agents between the debtor's and the creditor's, each with its account. */
export const agentsBetween = (edition: Edition, name: string): readonly ElementRule[] =>
  [1, 2, 3].flatMap((place) => [
    optional(`${name}${place}`, agent(edition)),
    optional(`${name}${place}Acct`, account(edition)),
  ])
