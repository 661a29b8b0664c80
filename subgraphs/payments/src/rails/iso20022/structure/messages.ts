import { shown } from '../../../statements/amounts.ts'
import type { Position } from '../../../statements/statement.ts'
import { MessageFault } from '../fault.ts'
import type { ElementRule } from './element.ts'
import { interbankCreditTransfer } from './pacs008.ts'
import { customerCreditTransfer } from './pain001.ts'
import { paymentStatusReport } from './pain002.ts'

/** The messages whose structure is known, by the end of their namespace. */
export const MESSAGES = {
  'pain.001.001.03': customerCreditTransfer('2009'),
  'pain.001.001.09': customerCreditTransfer('2019'),
  'pacs.008.001.08': interbankCreditTransfer,
  'pain.002.001.03': paymentStatusReport('2009'),
  'pain.002.001.10': paymentStatusReport('2019'),
  // What these three change is in parts that are not looked into.
  'pain.002.001.11': paymentStatusReport('2019'),
  'pain.002.001.12': paymentStatusReport('2019'),
  'pain.002.001.13': paymentStatusReport('2019'),
  'pain.002.001.14': paymentStatusReport('2024'),
} as const satisfies Record<string, ElementRule>

export type MessageName = keyof typeof MESSAGES

const ISO = 'urn:iso:std:iso:20022:tech:xsd:'
export const namespaceOf = (message: MessageName): string => `${ISO}${message}`

/** Swiss banks have versions of the messages of 2009 that only leave things out. */
const SWISS = /^http:\/\/www\.six-interbank-clearing\.com\/de\/(pain\.00[12]\.001\.03)\.ch\.02\.xsd$/

/** What the root of a file says it is. @throws MessageFault MESSAGE_UNKNOWN */
export function messageOf(root: string, namespace: string, position: Position): MessageName {
  const name = SWISS.exec(namespace)?.[1] ?? (namespace.startsWith(ISO) ? namespace.slice(ISO.length) : '')
  if (root === 'Document' && isMessage(name)) return name
  const known = Object.keys(MESSAGES).join(', ')
  const message = `The root is ${shown(root)} of ${JSON.stringify(namespace.slice(0, 80))}; known are ${known}.`
  throw new MessageFault('MESSAGE_UNKNOWN', message, position)
}

const isMessage = (name: string): name is MessageName => Object.hasOwn(MESSAGES, name)
