import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'

const GRAPHQL = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'
const UTF8 = '; charset=utf-8'

/** How an answer is written: the form that GraphQL over HTTP asks for, or plain JSON for clients older than that. */
export type AnswerType = typeof GRAPHQL | typeof JSON_TYPE

/** Plain JSON stands first: it is what a client gets that takes anything, or does not say. */
const OFFERED = [JSON_TYPE, GRAPHQL, JSON_TYPE + UTF8, GRAPHQL + UTF8]

/** Clients send few different headers; each is read once. */
const known = new LRUCache<string, { readonly type: AnswerType | undefined }>({ max: 100 })

/** What an `Accept` header takes best; undefined when it takes nothing that is written here. */
export function answerTypeFor(accept: string | undefined): AnswerType | undefined {
  if (accept === undefined) return JSON_TYPE
  const read = known.get(accept) ?? { type: negotiated(accept) }
  known.set(accept, read)
  return read.type
}

function negotiated(accept: string): AnswerType | undefined {
  const type = new Negotiator({ headers: { accept } }).mediaType(OFFERED)
  if (type === undefined) return undefined
  return type.startsWith(GRAPHQL) ? GRAPHQL : JSON_TYPE
}

export const contentTypeOf = (type: AnswerType): string => type + UTF8

/** Whether the form tells refusals of the graph by the status: plain JSON says 200 to whatever is well-formed. */
export const tellsByStatus = (type: AnswerType): boolean => type === GRAPHQL
