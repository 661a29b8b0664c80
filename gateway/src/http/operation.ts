import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { readBody } from '@carriergraph/shared/server/body.ts'
import { SERVER_REFUSALS } from '@carriergraph/shared/server/refusals.ts'
import { parse } from 'content-type'

/** The members of a GraphQL request as HTTP carries them. */
export interface HttpOperation {
  readonly query: string | undefined
  /** The id of a document that was registered beforehand, in place of its text. */
  readonly documentId: string | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly extensions: Readonly<Record<string, unknown>>
}

/**
 * The operation that the search part of a GET asks for.
 * @throws Refusal BAD_REQUEST
 */
export function operationOfSearch(url: string): HttpOperation {
  const mark = url.indexOf('?')
  const search = new URLSearchParams(mark === -1 ? '' : url.slice(mark))
  return operationOf({
    query: search.get('query'),
    documentId: search.get('documentId'),
    // GraphQL over HTTP: an optional parameter that is empty is not given.
    operationName: search.get('operationName') || null,
    variables: jsonOf(search, 'variables'),
    extensions: jsonOf(search, 'extensions'),
  })
}

function jsonOf(search: URLSearchParams, name: string): unknown {
  const text = search.get(name)
  if (text === null || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(`The parameter ${name} is no JSON.`)
  }
}

/**
 * The operation in the body of a POST, or several of them where the client sent a list.
 * @throws Refusal PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE or BAD_REQUEST
 */
export async function operationOfBody(
  request: IncomingMessage,
  bytes_max: number,
): Promise<HttpOperation | readonly HttpOperation[]> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
  if (!isJsonInUtf8(type) || encoding !== 'identity')
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', SERVER_REFUSALS.UNSUPPORTED_MEDIA_TYPE)
  const body = await readBody(request, bytes_max)
  // What is no UTF-8 would be read with its letters replaced, and a name stored so is lost.
  if (!isUtf8(body)) throw badRequest('The body is no UTF-8.')
  const value = parsed(body.toString('utf8'))
  return Array.isArray(value) ? value.map(operationOf) : operationOf(value)
}

/** Forms of other pages cannot send this type without asking first, which is all that keeps them from posting here. */
function isJsonInUtf8(contentType: string): boolean {
  const { type, parameters } = parse(contentType)
  return type === 'application/json' && UTF8.test(parameters.charset ?? 'utf-8')
}

const UTF8 = /^utf-?8$/i

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(SERVER_REFUSALS.BAD_REQUEST)
  }
}

function operationOf(value: unknown): HttpOperation {
  if (!isObject(value)) throw badRequest(SERVER_REFUSALS.BAD_REQUEST)
  const { query, documentId, operationName, variables, extensions } = value
  return {
    query: optional(query, isString, 'query', 'a string'),
    documentId: optional(documentId, isString, 'documentId', 'a string'),
    operationName: optional(operationName, isString, 'operationName', 'a string'),
    variables: optional(variables, isObject, 'variables', 'an object') ?? {},
    extensions: optional(extensions, isObject, 'extensions', 'an object') ?? {},
  }
}

function optional<T>(value: unknown, is: (value: unknown) => value is T, name: string, what: string): T | undefined {
  if (value === undefined || value === null) return undefined
  if (!is(value)) throw badRequest(`The member ${name} of the request must be ${what}.`)
  return value
}

const isString = (value: unknown): value is string => typeof value === 'string'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const badRequest = (message: string) => new Refusal('BAD_REQUEST', message)
