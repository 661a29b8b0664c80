import { sourceOf } from '../../statements/statements.fixture.ts'
import { readMessage } from './read-message.ts'

export const outcomeOf = (content: string | Uint8Array, chunkSize?: number) => readMessage(sourceOf(content, chunkSize))

type ReportParts = {
  readonly version?: '03' | '10' | '11' | '12' | '13' | '14'
  readonly messageId?: string
  readonly original?: string
  readonly group?: string
  readonly batches?: string
}

/** Reasons of a status, as a bank gives them. */
export const reason = (code: string, ...texts: readonly string[]): string =>
  `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn>${texts.map((text) => `<AddtlInf>${text}</AddtlInf>`).join('')}</StsRsnInf>`

export const transaction = (endToEndId: string, status: string | undefined, more = ''): string =>
  `<TxInfAndSts><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId>${
    status === undefined ? '' : `<TxSts>${status}</TxSts>`
  }${more}</TxInfAndSts>`

export const batch = (id: string, status: string | undefined, more = ''): string =>
  `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${id}</OrgnlPmtInfId>${
    status === undefined ? '' : `<PmtInfSts>${status}</PmtInfSts>`
  }${more}</OrgnlPmtInfAndSts>`

/** pain.002. */
export const report = ({
  version = '10',
  messageId = 'R-1',
  original = 'M-1',
  group = '',
  batches = '',
}: ReportParts = {}): string => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.${version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>2026-11-20T13:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>${original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${group}</OrgnlGrpInfAndSts>
${batches}</CstmrPmtStsRpt></Document>
`
