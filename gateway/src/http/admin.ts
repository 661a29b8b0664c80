import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { tokenMissing } from '@carriergraph/shared/auth/refusals.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { asGraphQLError } from '@carriergraph/shared/server/errors.ts'
import type { RuleStatus } from '../degrade/watched-rule.ts'
import { sendJson } from './send-json.ts'
import { headersOfStatus, statusOf } from './status.ts'

const PREFIX = '/admin/'
/** What a token has to grant its bearer here. */
const ADMIN_SCOPE = 'gateway:admin'

export interface AdminOptions {
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  readonly degradeRules: { list(): readonly RuleStatus[] }
  readonly purgeCache: () => Promise<void>
  readonly format: ErrorFormatter
  readonly log: Log
}

/** What operators look at and do. Answers what is theirs and resolves to true; false leaves the request to the others. */
export type AdminHandler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>

type Route = (actor: Caller) => Promise<readonly [status: number, body: unknown]>

export function createAdminHandler(options: AdminOptions): AdminHandler {
  const { authenticate, degradeRules, purgeCache, format, log } = options
  const routes = new Map<string, Route>([
    ['GET /admin/degrade-rules', async () => [200, { rules: degradeRules.list() }]],
    [
      'DELETE /admin/cache',
      async ({ subject }) => {
        await purgeCache()
        log.info({ by: subject }, 'the cache was purged')
        return [200, { purged: true }]
      },
    ],
  ])

  async function answer(request: IncomingMessage, path: string): Promise<readonly [number, unknown]> {
    const actor = await authenticate(request.headers.authorization)
    if (actor.kind === 'anonymous') throw tokenMissing()
    if (!actor.scopes.has(ADMIN_SCOPE)) throw new Refusal('FORBIDDEN', `This needs the scope ${ADMIN_SCOPE}.`)
    const route = routes.get(`${request.method} ${path}`)
    if (route === undefined) throw new Refusal('NOT_FOUND', 'There is nothing here.')
    return route(actor)
  }

  return async (request, response, path) => {
    if (!path.startsWith(PREFIX)) return false
    try {
      const [status, body] = await answer(request, path)
      sendJson(response, status, body)
    } catch (error) {
      const errors = [format(asGraphQLError(error).toJSON(), error)]
      const status = statusOf(errors) ?? 500
      sendJson(response, status, { errors }, headersOfStatus(status))
    }
    return true
  }
}
