// The limit: a server for these two operations and no other. It makes the fetches that the plans of both make, joins what
// they answer and writes it, without GraphQL.

import { createServer } from 'node:http'
import { listen } from '../listen.ts'
import { answerLarge } from './by-hand/large.ts'
import { answerSmall } from './by-hand/small.ts'

const { PORT } = process.env

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const data = await (query.startsWith('query Small') ? answerSmall : answerLarge)(variables.id)
    const answer = Buffer.from(JSON.stringify({ data }))
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': answer.length })
    response.end(answer)
  })
})
await listen(server, Number(PORT))
