import { type ReadStatementOptions, readStatement, type StatementSource } from './read-statement.ts'
import type { StatementLine } from './statement.ts'

/** Content in chunks of a size that puts every boundary somewhere awkward, sooner or later. */
export const sourceOf = (content: string | Uint8Array, chunkSize = 1_000): StatementSource => ({
  async *open() {
    const bytes = Buffer.from(content)
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize)
  },
})

/** What a file holds, its lines as well, or its refusal. */
export async function outcomeOf(content: string | Uint8Array, options?: ReadStatementOptions, chunkSize?: number) {
  const read = await readStatement(sourceOf(content, chunkSize), options)
  if (!read.ok) return read
  const lines: StatementLine[] = []
  for await (const line of read.value.read()) lines.push(line)
  return { ...read.value, ok: true as const, lines, lineCount: read.value.lines }
}

/** @throws where the file is refused */
export async function heldBy(content: string | Uint8Array, options?: ReadStatementOptions, chunkSize?: number) {
  const outcome = await outcomeOf(content, options, chunkSize)
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message} ${JSON.stringify(outcome.position)}`)
  return outcome
}

type CamtParts = {
  readonly kind?: '053' | '054'
  readonly version?: string
  readonly before?: string
  readonly statement?: string
  readonly opening?: string
  readonly closing?: string
  readonly balances?: string
  readonly summary?: string
  readonly entries?: readonly string[]
}

export const ACCOUNT = 'DE89370400440532013000'

/** A balance; below zero it is a debit. */
export const bal = (code: string, amount: string, currency = 'EUR'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount.replace('-', '')}</Amt>` +
  `<CdtDbtInd>${amount.startsWith('-') ? 'DBIT' : 'CRDT'}</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>`

/** One Stmt or Ntfctn. */
export const camtStatement = ({
  kind = '053',
  statement = 'S-1',
  opening = '100.00',
  closing = '100.00',
  balances = bal('OPBD', opening) + bal('CLBD', closing),
  summary = '',
  entries = [],
}: CamtParts = {}): string => {
  const name = kind === '053' ? 'Stmt' : 'Ntfctn'
  const head = `<Id>${statement}</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>${ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>`
  return `<${name}>${head}${kind === '053' ? balances : ''}${summary}\n${entries.join('\n')}</${name}>`
}

export const camtDocument = (
  statements: readonly string[],
  { kind = '053', version = '08', before = '' }: CamtParts = {},
): string => {
  const message = kind === '053' ? 'BkToCstmrStmt' : 'BkToCstmrDbtCdtNtfctn'
  return `<?xml version="1.0" encoding="UTF-8"?>${before}
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.${kind}.001.${version}">
<${message}><GrpHdr><MsgId>M</MsgId></GrpHdr>
${statements.join('\n')}</${message}></Document>
`
}

export const camt = (parts: CamtParts = {}): string => camtDocument([camtStatement(parts)], parts)

type EntryParts = {
  readonly sign?: 'CRDT' | 'DBIT'
  readonly status?: string
  readonly more?: string
  readonly details?: string
}

export const ntry = (
  amount: string,
  { sign = 'CRDT', status = '<Cd>BOOK</Cd>', more = '', details = '' }: EntryParts = {},
) =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${sign}</CdtDbtInd>${more}<Sts>${status}</Sts>` +
  `<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><DtTm>2026-03-03T00:00:00+01:00</DtTm></ValDt>` +
  `${details === '' ? '' : `<NtryDtls>${details}</NtryDtls>`}</Ntry>`

export const txDtls = (amount: string | undefined, more = '', sign = '') =>
  `<TxDtls><Refs><EndToEndId>E-${amount ?? 'none'}</EndToEndId></Refs>` +
  `${amount === undefined ? '' : `<Amt Ccy="EUR">${amount}</Amt>`}${sign === '' ? '' : `<CdtDbtInd>${sign}</CdtDbtInd>`}${more}</TxDtls>`

/** A file of MT940 without blocks. */
export const mt940 = (...fields: readonly string[]): string => `${fields.join('\r\n')}\r\n`

export const MT940_HEAD = [':20:STARTUMSE', ':25:10020030/1234567', ':28C:00049/001', ':60F:C260301EUR100,00']
