// Apollo Server 5 with @apollo/gateway, as its documentation starts one.

import { readFileSync } from 'node:fs'
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'

const { PORT, SUPERGRAPH_FILE = '' } = process.env

const gateway = new ApolloGateway({ supergraphSdl: readFileSync(SUPERGRAPH_FILE, 'utf8') })
const logger = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error }
await startStandaloneServer(new ApolloServer({ gateway, logger }), {
  listen: { port: Number(PORT), host: '127.0.0.1' },
})
