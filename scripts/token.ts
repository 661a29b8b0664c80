import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROLES, type Role } from '@carriergraph/shared/auth/actor.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { DEV_KEY_FILE, issueToken, type TokenRequest } from './dev-issuer.ts'
import { reportMistakes } from './report-mistakes.ts'

const USAGE = `Prints a token for the local development graph.

  pnpm token --role operator|customer|service [--user usr_…] [--service name]
             [--tenant demo] [--scope "network:read billing:read"] [--ttl 12h]

  --role     what the token may do; its usual scopes unless --scope says otherwise
  --user     whose token it is; the demo's operator or first customer by default
  --service  name of the service for --role service
  --ttl      how long it lasts: a number and s, m, h or d; 30d at the most`

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const
const TTL_S_MAX = 30 * SECONDS.d

function durationOf(text: string): number {
  const [, amount = '', unit = ''] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? []
  const ttl_s = unit in SECONDS ? Number(amount) * SECONDS[unit as keyof typeof SECONDS] : Number.NaN
  if (ttl_s <= TTL_S_MAX) return ttl_s
  throw new StartupFault(`--ttl ${text} is not a duration up to 30d: write 90s, 15m, 12h or 7d.`)
}

function roleOf(text: string | undefined): Role {
  const role = ROLES.find((known) => known === text)
  if (role === undefined) throw new StartupFault(`--role must be one of ${ROLES.join(', ')}.\n\n${USAGE}`)
  return role
}

function readRequest(args: string[]): TokenRequest {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { role: text, user: text, service: text, tenant: text, scope: text, ttl: text },
  })
  const { role, user, ttl, ...rest } = values
  return {
    role: roleOf(role),
    ...(user !== undefined && { user: parseId('usr', user) }),
    ...(ttl !== undefined && { ttl_s: durationOf(ttl) }),
    ...rest,
  }
}

if (process.argv.includes('--help')) console.log(USAGE)
else
  await reportMistakes(async () => {
    const { CARRIERGRAPH_HOME: home } = process.env
    const keyFile = home ? join(home, 'issuer.jwk') : DEV_KEY_FILE
    console.log(await issueToken({ keyFile }, readRequest(process.argv.slice(2))))
  })
