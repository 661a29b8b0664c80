// All subgraphs of the shop in one process, each on a port and on a unix socket of its own. They are as cheap as GraphQL can be, since they
// share a core with the load: operations are compiled to functions, once.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { MULTIPLEX_HEADER, MULTIPLEX_VERSION } from '@carriergraph/shared/multiplex/protocol.ts'
import type { CallHandling } from '@carriergraph/shared/server/multiplex/caller.ts'
import { createMultiplexDoor } from '@carriergraph/shared/server/multiplex/door.ts'
import { type GraphQLSchema, parse } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { listen } from '../listen.ts'
import { SHOP } from './shop.ts'
import type { SubgraphUrls } from './urls.ts'

interface GraphqlRequest {
  readonly query: string
  readonly operationName?: string
  readonly variables?: Record<string, unknown>
}

/** Of a request's body. */
type AnswerText = (body: Buffer) => Promise<string>

type Answer = (variables: Record<string, unknown>) => Promise<string>

/** A gateway sends the few operations of its plans; one that sends more makes them up anew for each request. */
const OPERATIONS_MAX = 1_000

function createAnswers(schema: GraphQLSchema): (request: GraphqlRequest) => Promise<string> {
  const compiled = new Map<string, Answer>()
  return ({ query, operationName = '', variables = {} }) => {
    const key = `${operationName} ${query}`
    let answer = compiled.get(key)
    if (answer === undefined) {
      if (compiled.size >= OPERATIONS_MAX) throw new Error(`More than ${OPERATIONS_MAX} different operations came.`)
      answer = compile(schema, query, operationName)
      compiled.set(key, answer)
    }
    return answer(variables)
  }
}

function compile(schema: GraphQLSchema, query: string, operationName: string): Answer {
  const operation = compileQuery(schema, parse(query), operationName)
  if (!isCompiledQuery(operation)) throw new Error(`${JSON.stringify(operation.errors)} in ${query}`)
  return async (variables) => JSON.stringify(await operation.query({}, {}, variables))
}

let calls = 0

function createListener(answerOf: AnswerText): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const answer = Buffer.from(await answerOf(Buffer.concat(chunks)))
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': answer.length,
        [MULTIPLEX_HEADER]: MULTIPLEX_VERSION,
      })
      response.end(answer)
    })
  }
}

const [folder = ''] = process.argv.slice(2)
/** As the project's own subgraphs, it also takes many calls at once on a connection. */
function serve(answerOf: AnswerText): Server {
  const respond: CallHandling['respond'] = async ({ readBody }) => ({
    status: 200,
    body: await answerOf(await readBody()),
  })
  const multiplex = createMultiplexDoor({ respond, begin: () => () => undefined })
  return createServer({ keepAliveTimeout: 600_000 }, createListener(answerOf)).on('upgrade', multiplex.accept)
}

async function startSubgraph(name: string, schema: GraphQLSchema): Promise<SubgraphUrls> {
  const answers = createAnswers(schema)
  const answerOf: AnswerText = (body) => {
    calls += 1
    return answers(JSON.parse(body.toString('utf8')))
  }
  const socket = join(folder, `${name}.sock`)
  await once(serve(answerOf).listen(socket), 'listening')
  return { tcp: `http://127.0.0.1:${await listen(serve(answerOf), 0)}/graphql`, unix: `http+unix://${socket}:/graphql` }
}

process.on('message', () => process.send?.({ calls }))
process.on('disconnect', () => process.exit(0))

const urls: Record<string, SubgraphUrls> = {}
for (const { name, typeDefs, resolvers } of SHOP)
  urls[name] = await startSubgraph(name, buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]))
process.send?.({ urls })
