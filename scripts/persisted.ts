// Registers the operations of schema/operations: writes schema/persisted-documents.json, the manifest that the gateway
// trusts unless told otherwise, in the format of Apollo's tools. With --check it writes nothing and fails when the
// committed file is not what the operations give.

import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { getOperationAST, parse, print } from 'graphql'
import { schemaFile } from './subgraphs.ts'

const FILE = 'persisted-documents.json'

function entryOf(file: string) {
  const document = parse(readFileSync(schemaFile(`operations/${file}`), 'utf8'))
  const operation = getOperationAST(document)
  if (operation?.name === undefined) throw new Error(`schema/operations/${file} is not one operation with a name`)
  const body = print(document)
  const id = createHash('sha256').update(body).digest('hex')
  return { id, name: operation.name.value, type: operation.operation, body }
}

const operations = globSync('*.graphql', { cwd: schemaFile('operations') })
  .sort()
  .map(entryOf)
const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations }
const text = `${JSON.stringify(manifest, null, 2)}\n`
if (!process.argv.includes('--check')) writeFileSync(schemaFile(FILE), text)
else if (!existsSync(schemaFile(FILE)) || readFileSync(schemaFile(FILE), 'utf8') !== text) {
  console.error(`schema/${FILE} is not what schema/operations gives: run pnpm persisted:build and commit it.`)
  process.exitCode = 1
}
