import { styleText } from 'node:util'
import type { Installation } from './installation.ts'
import { graphUrlOf } from './services.ts'

const QUERY =
  '{ users(first: 3) { nodes { displayName slices { nodes { name } } billingAccounts { nodes { balance { amount currency } } } } } }'
const SUBSCRIPTION =
  'subscription { slaViolationDetected { violation { metric observed threshold slice { name owner { displayName } } } } }'

/** What this start brought up beside the graph itself. */
export interface Extras {
  /** Tokens come from the development issuer. */
  signsTokens: boolean
  /** The traffic simulator runs. */
  simulated: boolean
}

/** Prints where everything is, and a query and a subscription to try. */
export function announce(installation: Installation, { signsTokens, simulated }: Extras): void {
  const graph = graphUrlOf(installation)
  const at = (path: string) => new URL(path, graph).href
  const token = signsTokens ? '$(npx -y pnpm@10 -s token --role operator)' : '<a token of your issuer>'
  const lines = [
    '',
    `${styleText('bold', 'CarrierGraph is running.')} Ctrl-C stops all of it.`,
    '',
    `  Graph       ${graph}  (HTTP and WebSocket)`,
    ...(installation.production ? [] : [`  Playground  ${at('/')}  (open it in a browser)`]),
    `  Health      ${at('/health/ready')}`,
    `  Logs        ${installation.directory}/logs`,
    ...(simulated ? ['  Simulator   makes traffic; SIMULATOR=off goes without it'] : []),
    '',
    'Try a query:',
    '',
    `  curl -s ${graph} -H "authorization: Bearer ${token}" \\`,
    `    -H 'content-type: application/json' -d '${JSON.stringify({ query: QUERY })}'`,
    '',
    `Try a subscription, ${installation.production ? 'over graphql-ws at the same URL' : 'in the playground'}:`,
    '',
    `  ${SUBSCRIPTION}`,
    '',
  ]
  console.log(lines.join('\n'))
}
