import { PlacedFault } from '../../statements/placed-fault.ts'

/** Why a payment message is refused, whole, and what the codes mean: `docs/errors.md` lists them. */
export const MESSAGE_FAULTS = {
  FILE_TOO_LARGE: 'The file is larger than a payment message may be.',
  ENCODING_INVALID: 'A byte is not UTF-8, or the file names another encoding.',
  XML_MALFORMED: 'The XML is not well-formed, or is cut off.',
  XML_DTD_REFUSED: 'The XML has a document type declaration, which no bank needs and attackers do.',
  XML_TOO_DEEP: 'Elements are nested deeper than in any payment message.',
  XML_TOO_LARGE: 'One text, tag or comment is larger than any bank writes.',
  MESSAGE_UNKNOWN: 'The message is none of those that are known, in a version that is known.',
  ELEMENT_UNKNOWN: 'The message has no such element at this place.',
  ELEMENT_OUT_OF_ORDER: 'The element stands behind one that has to follow it.',
  ELEMENT_MISSING: 'An element that the message needs is missing.',
  ELEMENT_REPEATED: 'An element stands more often than it may, or beside another that excludes it.',
  VALUE_INVALID: 'A text, code or number is none that this element may have.',
  CHARACTER_NOT_ALLOWED:
    'A character is none of the set that banks carry, or a reference begins or is broken by a slash.',
  DATE_INVALID: 'There is no such day.',
  AMOUNT_INVALID: 'The amount is not above zero, has more digits than its currency, or is too large.',
  CURRENCY_UNKNOWN: 'The currency is none of ISO 4217 in which money can be held.',
  IBAN_INVALID: 'The account is no IBAN: its country, length, form or check digits are wrong.',
  COUNT_MISMATCH: 'The number of transactions is not what the message says.',
  CONTROL_SUM_MISMATCH: 'The amounts do not add up to the sum that the message says.',
  CURRENCY_MISMATCH: 'An amount of an interbank message is in another currency than its total.',
  REFERENCE_REPEATED: 'Two transactions, or two groups of them, have the same reference.',
  STATUS_UNKNOWN: 'A status is none that is known: what it means for the money cannot be guessed.',
  STATUS_MISSING: 'A report names something and says nothing about it.',
  TOO_MANY_TRANSACTIONS: 'The message has more transactions than a message may have.',
} as const

export type MessageFaultCode = keyof typeof MESSAGE_FAULTS

/** Thrown where a message is read, and made a refusal where reading ends. */
export class MessageFault extends PlacedFault<MessageFaultCode> {}
