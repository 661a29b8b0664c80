import { shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Position, StatementFormat } from '../statement.ts'
import { type Children, childrenOf } from './children.ts'

/** How one kind of message is laid out. */
export type Message = {
  readonly format: StatementFormat
  /** Path of a statement or notification. */
  readonly statement: string
  /** Path of the page that the message is. */
  readonly page: string
  /** Whether its balances are a part of it. */
  readonly hasBalances: boolean
  readonly children: Children
}

const message = (format: StatementFormat, root: string, statement: string, hasBalances: boolean): Message => ({
  format,
  statement: `Document/${root}/${statement}`,
  page: `Document/${root}/GrpHdr/MsgPgntn/PgNb`,
  hasBalances,
  children: childrenOf(root, statement),
})

const MESSAGES: Readonly<Record<string, Message>> = {
  '053': message('camt.053', 'BkToCstmrStmt', 'Stmt', true),
  '054': message('camt.054', 'BkToCstmrDbtCdtNtfctn', 'Ntfctn', false),
}

const VERSION_MIN = 2
const VERSION_MAX = 14
const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.(053|054)\.001\.(\d\d)$/

/** What the root of a file says it is. @throws StatementFault MESSAGE_UNKNOWN */
export function messageOf(root: string, namespace: string, position: Position): Message {
  const [, kind = '', version = ''] = NAMESPACE.exec(namespace) ?? []
  const known = MESSAGES[kind]
  if (root !== 'Document' || known === undefined || Number(version) < VERSION_MIN || Number(version) > VERSION_MAX) {
    const names = `camt.053 and camt.054 in versions 001.${String(VERSION_MIN).padStart(2, '0')} to 001.${VERSION_MAX}`
    const reason = `The root is ${shown(root)} of ${JSON.stringify(namespace.slice(0, 80))}; known are ${names}.`
    throw new StatementFault('MESSAGE_UNKNOWN', reason, position)
  }
  return known
}
