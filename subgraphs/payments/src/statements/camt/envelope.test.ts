import { expect, test } from 'vitest'
import { camt, heldBy, ntry, outcomeOf } from '../statements.fixture.ts'

const enveloped = (root: string, inside: string) => {
  const [declaration = '', ...document] = camt({ closing: '101.00', entries: [ntry('1.00')] }).split('\n')
  const header =
    '<h:AppHdr xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><h:BizMsgIdr>M</h:BizMsgIdr></h:AppHdr>'
  return `${declaration}\n<${root}>${header}${inside.replace('DOCUMENT', document.join('\n'))}</${root.replace(/ .*/, '')}>`
}

test.each([
  ["SWIFT's", enveloped('Envelope xmlns="urn:swift:xsd:envelope"', 'DOCUMENT')],
  ['one without a namespace', enveloped('RequestPayload', 'DOCUMENT')],
  [
    "that of SWIFT's terminals",
    enveloped('s:DataPDU xmlns:s="urn:swift:saa:xsd:saa.2.0"', '<s:Body>DOCUMENT</s:Body>'),
  ],
  ['one that signs it', enveloped('Envelope', 'DOCUMENT<Signature>AAAA</Signature>')],
])('a statement may stand in an envelope: %s', async (_, file) => {
  const { lines, statements } = await heldBy(file)
  expect(lines).toMatchObject([
    { amount: { minor: 100n, currency: 'EUR' }, position: { path: 'Document/BkToCstmrStmt/Stmt/Ntry' } },
  ])
  expect(statements).toHaveLength(1)
})

test.each([
  ['MESSAGE_UNKNOWN', 'without a document', enveloped('Envelope', '')],
  ['MESSAGE_UNKNOWN', 'with another document', enveloped('Envelope', '<Document xmlns="urn:other"/>')],
  ['XML_MALFORMED', 'with two documents', enveloped('Envelope', 'DOCUMENT<Document/>')],
  ['XML_MALFORMED', 'that is not closed', enveloped('Envelope', 'DOCUMENT').replace('</Envelope>', '')],
  ['XML_TOO_DEEP', 'of many elements', enveloped('Envelope', `${'<a>'.repeat(40)}DOCUMENT${'</a>'.repeat(40)}`)],
])('%s refuses an envelope %s', async (code, _, file) => {
  expect(await outcomeOf(file)).toMatchObject({ ok: false, code, position: { line: expect.any(Number) } })
})
