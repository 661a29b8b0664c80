import { styleText } from 'node:util'
import type { Installation } from './installation.ts'

/** Prints where everything is, and a query and a subscription to try. */
export function announce(installation: Installation, playgroundToken: string | null): void {
  const base = `http://127.0.0.1:${installation.ports.gateway}`
  const bold = (text: string) => styleText('bold', text)
  const lines = [
    '',
    `${bold('CarrierGraph is running.')} Ctrl-C stops all of it.`,
    '',
    `  Graph       ${base}/graphql  (HTTP and WebSocket)`,
    ...(playgroundToken === null ? [] : [`  Playground  ${base}/  (open it in a browser)`]),
    `  Health      ${base}/health/ready`,
    `  Logs        ${installation.directory}/logs`,
  ]
  if (playgroundToken !== null) {
    lines.push(
      '',
      'Try a query, with a token for the operator:',
      '',
      `  curl -s ${base}/graphql -H "authorization: Bearer $(npx pnpm@10 -s token --role operator)" \\`,
      `    -H 'content-type: application/json' -d '{"query":"{ users(first: 3) { nodes { displayName slices { nodes { name } } } } }"}'`,
      '',
      'Try a subscription: paste this into the playground and press play.',
      '',
      '  subscription { slaViolationDetected { violation { metric observed threshold slice { name owner { displayName } } } } }',
    )
  }
  console.log(lines.join('\n'))
}
