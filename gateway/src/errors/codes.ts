import { GraphQLError, type GraphQLErrorOptions } from 'graphql'

/** Every code that the gateway itself answers with, beside those of the subgraphs. docs/errors.md is generated from it. */
export const GATEWAY_CODES = {
  DEGRADED:
    "An operator's rule keeps calls away from a subgraph that does badly. Its fields are null, the others stand; try " +
    'again later.',
  DOCUMENT_NOT_ALLOWED: 'Only registered documents run here, and this is none of them. Register it with the gateway.',
  ERRORS_OMITTED: 'More went wrong than an answer lists; `extensions.omitted` says how many errors are left out.',
  EVENT_UNREADABLE:
    'The next event of the subscription is larger than the gateway takes, or the subgraph sends it as what is no message. ' +
    'Subscribe again with less selected, behind `extensions.cursor` where there is one, or from now on.',
  GOING_AWAY:
    'The gateway stops or restarts, and takes nothing new. Connect again, and ask again; a subscription goes on with ' +
    '`after: extensions.cursor` where there is one.',
  NOT_ACCEPTABLE:
    'The request accepts neither application/graphql-response+json nor application/json, and no stream either: ' +
    'text/event-stream or multipart/mixed;subscriptionSpec=1.0.',
  OPERATION_REFUSED:
    "An operator's rule refuses this operation while a part of the graph does badly: see `extensions.rule`. Try again after " +
    '`extensions.retryAfter_s` seconds.',
  OPERATION_TOO_COMPLEX:
    'There are more ways to answer the operation than the gateway weighs. Ask for less at once, or less deeply.',
  OPERATION_TOO_COSTLY:
    'The operation costs `extensions.cost`, more than `extensions.limit`. Ask for smaller pages or fewer lists in lists.',
  OVERLOADED: 'The gateway has more work than it can do in time. Try again after `extensions.retryAfter_s` seconds.',
  PAGE_TOO_LARGE: 'A paging argument asks for more items than the gateway allows. Page through the list.',
  PERSISTED_DOCUMENT_NOT_FOUND: 'No document is registered under that id.',
  PERSISTED_QUERY_INVALID: 'The persisted query that the request names is none: its version or its hash is wrong.',
  PERSISTED_QUERY_NOT_FOUND: 'No document is known by that hash. Send its text beside the hash, once.',
  PLANNER_BUSY: 'Too many operations that the gateway has not seen lately came at once. Try again.',
  PLANNING_TIMEOUT:
    'The operation takes longer to plan than the gateway allows, which is less while others wait. Ask for less at once.',
  RATE_LIMITED:
    'The quota of this client or user is used up: see `extensions.quota`. Try again after `extensions.retryAfter_s` seconds.',
  SLICING_ARGUMENT_REQUIRED:
    'The field needs exactly one of its paging arguments, so that the cost of its list is known.',
  SOCKET_REQUIRED:
    'A subscription needs a stream. Open a WebSocket at the same path and speak graphql-ws, or accept text/event-stream ' +
    'or multipart/mixed;subscriptionSpec=1.0.',
  SUBGRAPH_TIMEOUT: 'A subgraph did not answer in time. Its fields are null, the others stand; try again.',
  SUBGRAPH_UNAVAILABLE:
    'A subgraph could not be reached, or gave no answer: see `extensions.reason`. Its fields are null, the others stand; ' +
    'try again.',
  SUBSCRIPTION_OVERFLOW:
    'Events came faster than this client took them, or than they could be completed. Subscribe again, with `after: extensions.cursor` where there is one.',
  TOO_MANY_OPERATIONS: 'This socket has as many operations open as it may. Complete one, or open another socket.',
  UNANSWERABLE:
    'No subgraph can be asked for a field as the operation asks for it, though the schema has it: its type is known where ' +
    'none of its entities can be resolved. Select something else of it.',
  UNSUPPORTED_PLAN:
    'The operation needs a plan that the planner of this gateway cannot make. Ask for it in several operations, or without ' +
    'conditions on fragments.',
  UPSTREAM_LOST:
    'The subgraph behind the subscription was lost and did not come back in time, or the stream cannot be continued ' +
    'without a gap. Subscribe again, with `after: extensions.cursor` where there is one.',
  VARIABLES_TOO_LARGE: 'The variables of the request are larger than allowed: see `extensions.reason`.',
} as const satisfies Record<string, string>

export type GatewayCode = keyof typeof GATEWAY_CODES

/** An error of the gateway's own. The message is the code's meaning unless there is more to say. */
export function gatewayError(
  code: GatewayCode,
  options: GraphQLErrorOptions & { readonly message?: string } = {},
): GraphQLError {
  const { message = GATEWAY_CODES[code], ...rest } = options
  return new GraphQLError(message, { ...rest, extensions: { code, ...rest.extensions } })
}
