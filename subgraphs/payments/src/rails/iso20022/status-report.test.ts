// What a bank reports of payments: how all, a batch or a transaction stands.

import { expect, test } from 'vitest'
import { endToEndId } from '../instruction.ts'
import { instruction } from '../rails.fixture.ts'
import { isTransactionStatus, STATUS_STATES } from '../status.ts'
import type { MESSAGE_FAULTS } from './fault.ts'
import { batch, outcomeOf, reason, report, transaction } from './messages.fixture.ts'
import { noticesOf, type StatusReport } from './status-report.ts'

const [first, second] = [instruction(), instruction()]

test('a report says how all, a batch or a transaction stands, and why', async () => {
  for (const version of ['03', '10'] as const) {
    const batches = batch(
      'B-1',
      'ACSP',
      transaction('E-1', 'RJCT', reason('AC04', 'closed', 'since May')) + transaction('E-2', undefined),
    )
    const content = report({
      version,
      group: `<GrpSts>PART</GrpSts>${reason('NARR')}`,
      batches: batches + batch('B-2', 'RJCT', reason('AM04')),
    })
    const read = await outcomeOf(content)
    expect(read).toMatchObject({
      ok: true,
      value: {
        content: {
          messageId: 'R-1',
          originalMessageId: 'M-1',
          group: { status: 'PART', reason: { code: 'NARR' } },
          batches: new Map([
            ['B-1', { status: 'ACSP', reason: undefined }],
            ['B-2', { status: 'RJCT', reason: { code: 'AM04', text: undefined } }],
          ]),
          transactions: [
            { status: 'RJCT', reason: { code: 'AC04', text: 'closed since May' }, paymentInformationId: 'B-1' },
            { status: 'ACSP', paymentInformationId: 'B-1' },
          ],
        },
      },
    })
  }
})

test.each<[keyof typeof MESSAGE_FAULTS, string]>([
  ['STATUS_UNKNOWN', report({ group: '<GrpSts>GOOD</GrpSts>' })],
  ['STATUS_UNKNOWN', report({ batches: batch('B', 'OK') })],
  ['STATUS_UNKNOWN', report({ batches: batch('B', undefined, transaction('E', 'PART')) })],
  ['STATUS_MISSING', report({ batches: batch('B', undefined, transaction('E', undefined)) })],
  [
    'STATUS_MISSING',
    report({ group: '<GrpSts>PART</GrpSts>', batches: batch('B', undefined, transaction('E', undefined)) }),
  ],
  [
    'REFERENCE_REPEATED',
    report({ batches: batch('B', undefined, transaction('E', 'ACSC') + transaction('E', 'RJCT')) }),
  ],
  [
    'REFERENCE_REPEATED',
    report({
      batches: batch(
        'B',
        undefined,
        transaction(endToEndId(first.id), 'RJCT') +
          transaction('OTHER', 'ACSC')
            .replaceAll('OrgnlEndToEndId', 'OrgnlInstrId')
            .replace('OTHER', endToEndId(first.id)),
      ),
    }),
  ],
  ['ELEMENT_MISSING', report().replace(/<OrgnlGrpInfAndSts>.*<\/OrgnlGrpInfAndSts>/, '')],
])('%s refuses a report', async (code, content) => {
  expect(await outcomeOf(content)).toMatchObject({ ok: false, code })
})

test.each(['03', '10', '11', '12', '13', '14'] as const)('a report of version %s is read', async (version) => {
  const batches = batch('B', 'PART', transaction(endToEndId(first.id), 'RJCT', reason('AC04')))
  expect(await outcomeOf(report({ version, batches }))).toMatchObject({
    ok: true,
    value: {
      message: `pain.002.001.${version}`,
      content: { transactions: [{ status: 'RJCT', instructionId: first.id }] },
    },
  })
})

test.each([
  ['13', 'ELEMENT_UNKNOWN', '<CareOf>Bob</CareOf>'],
  ['13', 'VALUE_INVALID', `<StrtNm>${'x'.repeat(140)}</StrtNm>`],
  ['13', 'VALUE_INVALID', `<TwnNm>${'x'.repeat(36)}</TwnNm>`],
  [
    '14',
    undefined,
    `<CareOf>Bob</CareOf><StrtNm>${'x'.repeat(140)}</StrtNm><UnitNb>1</UnitNb><TwnNm>${'x'.repeat(36)}</TwnNm>`,
  ],
  ['14', 'VALUE_INVALID', `<StrtNm>${'x'.repeat(141)}</StrtNm>`],
] as const)('of a report of version %s, an address is refused by %s: %s', async (version, code, parts) => {
  const party = `<InitgPty><Nm>Bank</Nm><PstlAdr>${parts}</PstlAdr></InitgPty></GrpHdr>`
  const read = await outcomeOf(report({ version }).replace('</GrpHdr>', party))
  expect(read.ok ? undefined : read.code).toBe(code)
})

test('a report that does not say its version is refused: what its parts may be is not known', async () => {
  const content = report().replace(/ xmlns="[^"]*"/, '')
  expect(await outcomeOf(content)).toMatchObject({ ok: false, code: 'MESSAGE_UNKNOWN' })
})

test.each(['RCVC', 'RVNA', 'RVNM', 'RVMC', 'RVCM'])(
  '%s tells of the payee check, and decides nothing',
  async (code) => {
    const batches = batch('B-1', code, transaction(endToEndId(first.id), code, reason('MS03', 'name of the account')))
    const read = await outcomeOf(report({ group: `<GrpSts>${code}</GrpSts>`, batches }))
    expect(read).toMatchObject({ ok: true, value: { content: { transactions: [{ status: code }] } } })
    expect(isTransactionStatus(code) && STATUS_STATES[code]).toBe('ACCEPTED')
  },
)

test('what stands by the transaction goes before its batch, and that before the whole', async () => {
  const sent = [first, second, instruction(), instruction()].map(({ id }, index) => ({
    instructionId: id,
    paymentInformationId: index === 3 ? 'B-2' : 'B-1',
  }))
  const batches =
    batch(
      'B-1',
      'ACSP',
      transaction(endToEndId(first.id).toUpperCase(), 'RJCT', reason('AC04')) + transaction('OTHERS', 'ACSC'),
    ) + batch('B-9', 'RJCT')
  const read = await outcomeOf(report({ group: '<GrpSts>ACTC</GrpSts>', batches }))
  if (!read.ok || read.value.kind !== 'STATUS_REPORT') throw new Error('not read')
  const { notices, passedOver } = noticesOf(read.value.content, sent)
  expect(notices.map((notice) => notice.kind === 'STATUS' && notice.status)).toEqual(['RJCT', 'ACSP', 'ACSP', 'ACTC'])
  expect(notices[0]).toEqual({
    instructionId: first.id,
    key: 'pain.002:R-1 RJCT',
    kind: 'STATUS',
    status: 'RJCT',
    reason: { code: 'AC04', text: undefined },
  })
  expect(passedOver).toEqual(['batch "B-9" (RJCT)', 'transaction "OTHERS" (ACSC)'])
  const silent: StatusReport = { ...read.value.content, group: undefined, batches: new Map(), transactions: [] }
  expect(noticesOf(silent, sent).notices).toEqual([])
  expect(noticesOf({ ...silent, group: { status: 'PART', reason: undefined } }, sent).notices).toEqual([])
})

const group = (status: string) => `<GrpSts>${status}</GrpSts>`
const rejected = batch('NOTPROVIDED', 'RJCT')

test.each<[string, string, string, (string | undefined)[], number]>([
  ['its batches in capitals', group('PART'), batch('B-1', 'RJCT') + batch('B-2', 'ACSC'), ['RJCT', 'RJCT', 'ACSC'], 0],
  ['no batch of it, and all that is under way', group('ACSP'), rejected, ['ACSP', 'ACSP', 'ACSP'], 1],
  ['no batch of it, and all in parts', group('PART'), rejected, [], 1],
  ['no batch of it, and all that is settled', group('ACSC'), rejected, [], 1],
  ['no batch of it, of which it says what it says of all', group('RJCT'), rejected, ['RJCT', 'RJCT', 'RJCT'], 0],
  ['one of two batches', group('ACSC'), batch('B-2', 'ACSC') + rejected, ['ACSC'], 1],
  [
    'no batch of it, with its transactions',
    group('ACSC'),
    batch(
      'NOTPROVIDED',
      'PART',
      transaction(endToEndId(first.id), 'RJCT') + transaction(endToEndId(second.id), 'ACSC'),
    ),
    ['RJCT', 'ACSC', 'ACSC'],
    0,
  ],
  [
    'a transaction that its batch has not',
    '',
    batch('B-1', 'ACSC', transaction('CUT OFF', 'RJCT')) + batch('B-2', 'ACSC'),
    ['ACSC'],
    1,
  ],
  [
    'a transaction that is under way in a message that is settled',
    group('ACSC'),
    batch('B-1', undefined, transaction('CUT OFF', 'ACSP')),
    [],
    1,
  ],
  [
    'a transaction that its batch has not, of which it says what it says of the batch',
    '',
    batch('B-1', 'ACSC', transaction('CUT OFF', 'ACCC')) + batch('B-2', 'RJCT'),
    ['ACSC', 'ACSC', 'RJCT'],
    0,
  ],
])('of a report that names %s, as much is taken as it names', async (_, group, batches, statuses, passed) => {
  const sent = [first.id, second.id, instruction().id].map((instructionId, at) => ({
    instructionId,
    paymentInformationId: at === 2 ? 'b-2' : 'b-1',
  }))
  const read = await outcomeOf(report({ group, batches }))
  if (!read.ok || read.value.kind !== 'STATUS_REPORT') throw new Error('not read')
  const { notices, passedOver } = noticesOf(read.value.content, sent)
  expect(notices.map((notice) => notice.kind === 'STATUS' && notice.status)).toEqual(statuses)
  expect(passedOver).toHaveLength(passed)
})
