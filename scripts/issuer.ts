// The development token issuer as a process of its own, for containers. Environment: PORT, HOST, CARRIERGRAPH_HOME (the
// folder that keeps its key).

import { join } from 'node:path'
import { port, readConfig } from '@carriergraph/shared/config.ts'
import { z } from 'zod'
import { DEV_KEY_FILE, startDevIssuer } from './dev-issuer.ts'
import { reportMistakes } from './report-mistakes.ts'

await reportMistakes(async () => {
  const settings = { PORT: port, HOST: z.string().optional(), CARRIERGRAPH_HOME: z.string().optional() }
  const { PORT, HOST, CARRIERGRAPH_HOME: home } = readConfig(z.object(settings))
  const keyFile = home ? join(home, 'issuer.jwk') : DEV_KEY_FILE
  const issuer = await startDevIssuer({ port: PORT, keyFile, ...(HOST && { host: HOST }) })
  console.log(`development tokens are checked by ${issuer.jwksUrl}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void issuer.stop())
})
