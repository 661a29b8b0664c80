import { shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Position, StatementFormat } from '../statement.ts'

/** How one kind of message is laid out. */
export type Message = {
  readonly format: StatementFormat
  /** Path of a statement or notification. */
  readonly statement: string
  /** Whether its balances are a part of it. */
  readonly hasBalances: boolean
}

const MESSAGES: Readonly<Record<string, Message>> = {
  '053': { format: 'camt.053', statement: 'Document/BkToCstmrStmt/Stmt', hasBalances: true },
  '054': { format: 'camt.054', statement: 'Document/BkToCstmrDbtCdtNtfctn/Ntfctn', hasBalances: false },
}

const VERSION_MIN = 2
const VERSION_MAX = 14
const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.(053|054)\.001\.(\d\d)$/

/** What the root of a file says it is. @throws StatementFault MESSAGE_UNKNOWN */
export function messageOf(root: string, namespace: string, position: Position): Message {
  const [, kind = '', version = ''] = NAMESPACE.exec(namespace) ?? []
  const message = MESSAGES[kind]
  if (root !== 'Document' || message === undefined || Number(version) < VERSION_MIN || Number(version) > VERSION_MAX) {
    const known = `camt.053 and camt.054 in versions 001.${String(VERSION_MIN).padStart(2, '0')} to 001.${VERSION_MAX}`
    const reason = `The root is ${shown(root)} of ${JSON.stringify(namespace.slice(0, 80))}; known are ${known}.`
    throw new StatementFault('MESSAGE_UNKNOWN', reason, position)
  }
  return message
}
