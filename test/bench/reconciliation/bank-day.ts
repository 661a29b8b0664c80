import type { MovementToExpect } from '@carriergraph/payments/reconciliation/expect-movements.ts'

/** The day, and when it is over. */
export const DAY = '2026-11-20'
export const MORNING_AFTER = new Date('2026-11-21T06:00:00.000Z')

/** What a bank account sees on one day: a statement, and what the books expect of it. */
export type BankDay = {
  readonly account: string
  /** camt.053, in pieces of a thousand entries. */
  readonly pieces: readonly string[]
  readonly expected: readonly MovementToExpect[]
  /** Lines by what becomes of them, which the bench checks. */
  readonly statuses: Readonly<
    Record<'MATCHED' | 'AMOUNT_MISMATCH' | 'MISSING_INTERNALLY' | 'MISSING_EXTERNALLY', number>
  >
}

/** Of a hundred lines: these differ from what was expected, come of nobody, or are expected in vain; these have no reference. */
const [MISMATCHED, OF_NOBODY, IN_VAIN, WITHOUT_REFERENCE, WITH_FEE] = [1, 2, 3, 4, 9]
const PIECE = 1_000

/**
 * Made up by place, so that it is the same each time: of a hundred movements 91 come with their reference, five of these less a
 * declared fee; six are found by amount, day and counterparty; and one each comes short, comes unexpected, and does not come.
 */
export function bankDay(number: number, lines: number): BankDay {
  const account = `DE${String(number).padStart(20, '0')}`
  const expected: MovementToExpect[] = []
  const entries: string[] = []
  const statuses = { MATCHED: 0, AMOUNT_MISMATCH: 0, MISSING_INTERNALLY: 0, MISSING_EXTERNALLY: 0 }
  let total = 0n
  for (let place = 0; place < lines; place += 1) {
    const kind = place % 100
    const reference = `${number}-${place}`
    // Different for each that has no reference, so that it can be found.
    const amount = 1_000n + BigInt(place)
    const fee = kind > WITHOUT_REFERENCE && kind <= WITH_FEE ? 35n : 0n
    const hasReference = kind !== WITHOUT_REFERENCE
    if (kind !== OF_NOBODY)
      expected.push({
        source: reference,
        references: hasReference ? [reference] : [],
        amountMinor: amount,
        currency: 'EUR',
        expectedOn: kind === IN_VAIN ? '2026-11-02' : DAY,
        feeMinor: fee,
        counterparty: hasReference ? null : `NL${reference}`,
      })
    if (kind === IN_VAIN) {
      statuses.MISSING_EXTERNALLY += 1
      continue
    }
    const came = kind === MISMATCHED ? amount - 500n : amount - fee
    total += came
    entries.push(entryOf(came, hasReference ? reference : undefined, `NL${reference}`))
    if (kind === MISMATCHED) statuses.AMOUNT_MISMATCH += 1
    else if (kind === OF_NOBODY) statuses.MISSING_INTERNALLY += 1
    else statuses.MATCHED += 1
  }
  return { account, pieces: piecesOf(account, number, entries, total), expected, statuses }
}

const decimal = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`

const entryOf = (minor: bigint, reference: string | undefined, payer: string): string =>
  `<Ntry><Amt Ccy="EUR">${decimal(minor)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>` +
  `<BookgDt><Dt>${DAY}</Dt></BookgDt><ValDt><Dt>${DAY}</Dt></ValDt><NtryDtls><TxDtls>` +
  `<Refs><EndToEndId>${reference ?? 'NOTPROVIDED'}</EndToEndId></Refs><Amt Ccy="EUR">${decimal(minor)}</Amt>` +
  `<RltdPties><Dbtr><Pty><Nm>Ada Lovelace</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>${payer}</Id></Othr></Id></DbtrAcct></RltdPties>` +
  `<RmtInf><Ustrd>Invoice of November, with kind regards</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`

const balance = (code: string, minor: bigint): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${decimal(minor)}</Amt>` +
  `<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${DAY}</Dt></Dt></Bal>`

function piecesOf(account: string, number: number, entries: readonly string[], total: bigint): string[] {
  const head =
    `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>` +
    `<GrpHdr><MsgId>M-${number}</MsgId></GrpHdr><Stmt><Id>S-${number}</Id><Acct><Id><IBAN>${account}</IBAN></Id><Ccy>EUR</Ccy></Acct>` +
    `${balance('OPBD', 0n)}${balance('CLBD', total)}\n`
  const pieces = [head]
  for (let at = 0; at < entries.length; at += PIECE) pieces.push(entries.slice(at, at + PIECE).join(''))
  return [...pieces, '</Stmt></BkToCstmrStmt></Document>\n']
}
