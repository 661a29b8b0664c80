import { isIban } from '../../domain/iban.ts'
import { type Counterparty, NO_COUNTERPARTY, referenceText } from '../statement.ts'

/** What field 86 says of an entry. */
export type Information = {
  readonly endToEndId: string | undefined
  readonly paymentInformationId: string | undefined
  readonly mandateId: string | undefined
  readonly creditorReferences: readonly string[]
  readonly returnReason: string | undefined
  readonly remittance: readonly string[]
  readonly counterparty: Counterparty
}

/** Reads field 86 in the ways in which banks write it: ?20 sub-fields, /CODE/ words, ABN AMRO's labels, or plain text. */
export function readInformation(lines: readonly string[]): Information {
  const text = lines.join('')
  const [, , mark] = SUBFIELDS.exec(text) ?? []
  if (mark !== undefined) return fromSubfields(text.slice(text.indexOf(mark) + 1), mark)
  if (CODE_WORD.test(text)) return fromCodeWords(text)
  if (LABELLED.test(text)) return fromLabels(lines)
  return { ...NOTHING, remittance: lines.map((line) => line.trim()).filter((line) => line !== '') }
}

/**
 * 166?00 or 166~00. The marks of some Dutch and Polish banks, and any without the code before it, are told from a text by standing
 * there twice.
 */
const SUBFIELDS = /^ ?(?:\d{3}(?=[?~]\d{2})|(?:\d{3})?(?=([?~<>^])\d{2}.*\1\d{2}))(.)/

const NOTHING: Information = {
  endToEndId: undefined,
  paymentInformationId: undefined,
  mandateId: undefined,
  creditorReferences: [],
  returnReason: undefined,
  remittance: [],
  counterparty: NO_COUNTERPARTY,
}

/**
 * The German layout: 20 to 29 and 60 to 63 are the purpose, 30 bank, 31 account, 32 and 33 the name; in Poland 38 is the IBAN.
 */
function fromSubfields(text: string, mark: string): Information {
  const parts = new Map<string, string>()
  let code = ''
  for (const part of text.split(mark)) {
    const isSubfield = /^\d\d/.test(part)
    if (isSubfield) code = part.slice(0, 2)
    // A mark without a number is one that the payer wrote.
    parts.set(code, (parts.get(code) ?? '') + (isSubfield ? part.slice(2) : `${mark}${part}`))
  }
  const joined = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => parts.get(String(from + at)) ?? '').join('')
  const words = sepaWords(joined(20, 29) + joined(60, 63))
  // 00 is the bank's word for the kind of entry.
  const remittance = words.get('SVWZ') || words.get('') || parts.get('00')
  return {
    ...NOTHING,
    endToEndId: referenceText(words.get('EREF')),
    paymentInformationId: referenceText(words.get('KREF')),
    mandateId: referenceText(words.get('MREF')),
    remittance: remittance === undefined || remittance.trim() === '' ? [] : [remittance.trim()],
    counterparty: {
      name: referenceText(joined(32, 33)),
      account: ibanIn(parts.get('38')) ?? referenceText(parts.get('31') || words.get('IBAN')),
      agent: referenceText(parts.get('30') || words.get('BIC')),
    },
  }
}

/** Lines that are filled up with blanks put some within. */
function ibanIn(text = ''): string | undefined {
  const bare = text.replace(/ /g, '')
  return isIban(bare) ? bare : undefined
}

const SEPA_WORD = /(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP)\+/
/** As cooperative banks write them, behind the text; alone they may be words of a person. */
const SEPA_WORD_WITH_COLON = /(EREF|KREF|MREF|CRED|SVWZ|ABWA|IBAN|BIC): /

/**
 * `EREF+123 SVWZ+Invoice 7`: each word's text; what stands before the first is under the empty word. Of a word that is there
 * twice the first is the bank's, as the payer's text comes last.
 */
function sepaWords(text: string): Map<string, string> {
  const hasColons = !SEPA_WORD.test(text) && /[EKM]REF: /.test(text)
  const [before = '', ...rest] = text.split(hasColons ? SEPA_WORD_WITH_COLON : SEPA_WORD)
  const words = new Map([['', before]])
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const [word = '', value = ''] = [rest[at], rest[at + 1]]
    if (!words.has(word)) words.set(word, value)
  }
  return words
}

/** Of Dutch banks, and of others that took them over. One that is missing here would be read as text of the word before. */
const CODE_WORDS = [
  ...['EREF', 'PREF', 'KREF', 'IREF', 'MARF', 'CSID', 'RTRN', 'TRTP', 'RTYP', 'TRCD', 'NRTX', 'PIND', 'SVCL', 'PURP'],
  ...['REMI', 'CDTRREFTP', 'CDTRREF', 'ISDT', 'OAMT', 'OCMT', 'CHGS', 'EXCH'],
  ...['NAME', 'IBAN', 'BBAN', 'ACNO', 'ACCW', 'BIC', 'CNTP', 'BENM', 'ORDP', 'ADDR', 'ULTD', 'ULTC', 'ULTB'],
]
const CODE_WORD = new RegExp(`/(${CODE_WORDS.join('|')})/`)

/** `/EREF/123/REMI/Invoice 7/NAME/Ada`; CNTP holds account, bank and name at once, ACCW account and bank. */
function fromCodeWords(text: string): Information {
  const [before = '', ...rest] = text.split(CODE_WORD)
  const words = new Map<string, string>()
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const [word = '', value = ''] = [rest[at], rest[at + 1]]
    if (!words.has(word)) words.set(word, value.replace(/^\/+|\/+$/g, ''))
  }
  const [account, agent, name] = words.get('CNTP')?.split('/') ?? words.get('ACCW')?.split(',') ?? []
  const [, structured] = /^STRD\/(?:CUR|ISO)\/(.+)$/.exec(words.get('REMI') ?? '') ?? []
  const remittance = structured ?? (words.get('REMI') ?? before).replace(/^USTD\/\//, '')
  const find = (word: string) => referenceText(words.get(word))
  const creditorReference = find('CDTRREF') ?? referenceText(structured)
  return {
    endToEndId: find('EREF'),
    paymentInformationId: find('PREF') ?? find('KREF'),
    mandateId: find('MARF'),
    creditorReferences: creditorReference === undefined ? [] : [creditorReference],
    returnReason: find('RTRN'),
    remittance: remittance.trim() === '' ? [] : [remittance.trim()],
    counterparty: {
      name: find('NAME') ?? referenceText(name),
      account: find('IBAN') ?? find('BBAN') ?? referenceText(account) ?? find('ACNO'),
      agent: find('BIC') ?? referenceText(agent),
    },
  }
}

/** `SEPA OVERBOEKING   IBAN: NL91ABNA0417164300`, in columns of 32 characters; a text that goes on has a blank or a line between. */
const LABELLED = /^SEPA [^:]*? (?:IBAN|INCASSANT): /
const LABEL = /(?:^|\s)(IBAN|BIC|NAAM|OMSCHRIJVING|KENMERK|BETALINGSKENM\.|MACHTIGING|INCASSANT): /

/** What the payer writes stands between the account and the references: of a label that is there twice, that is the payer's. */
function fromLabels(lines: readonly string[]): Information {
  const [kind = '', ...rest] = lines.join('\n').split(LABEL)
  const pairs = rest.flatMap((label, at) => (at % 2 === 0 ? [[label, rest[at + 1] ?? ''] as const] : []))
  const [last, first] = [new Map(pairs), new Map(pairs.toReversed())]
  const written = (label: string) => (REFERENCE_LABELS.has(label) ? last : first).get(label)
  const unbroken = (label: string) => referenceText(written(label)?.replaceAll('\n', ''))
  const spaced = (text = '') => referenceText(text.replace(/\s+/g, ' '))
  const ofPayer = pairs.flatMap(([label, text]) => (text === written(label) ? [] : [`${label}: ${text}`]))
  const creditorReference = unbroken('BETALINGSKENM.')
  return {
    ...NOTHING,
    endToEndId: unbroken('KENMERK'),
    mandateId: unbroken('MACHTIGING'),
    creditorReferences: creditorReference === undefined ? [] : [creditorReference],
    remittance: [spaced([written('OMSCHRIJVING'), ...ofPayer].join(' ')) ?? creditorReference ?? kind.trim()],
    counterparty: { name: spaced(written('NAAM')), account: unbroken('IBAN'), agent: unbroken('BIC') },
  }
}

const REFERENCE_LABELS: ReadonlySet<string> = new Set(['KENMERK', 'BETALINGSKENM.', 'MACHTIGING'])
