// What the README shows is what the repository holds.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { GATEWAY_SETTINGS } from '@carriergraph/gateway/config.ts'
import { WEBHOOK_EVENT_TYPES } from '@carriergraph/payments/webhooks/event-types.ts'
import { expect, it } from 'vitest'
import { repositoryFile } from '../scripts/subgraphs.ts'

const read = (file: string): string => readFileSync(repositoryFile(file), 'utf8')
const readme = read('README.md')
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text ?? '')

it('quotes the example operation and the example clients as they are', () => {
  const operation = read('schema/operations/01-whole-graph.graphql')
  expect(blocks('graphql')).toEqual([operation.slice(operation.indexOf('query'))])
  const clients = ['live-alerts', 'apollo-client', 'urql'].map((name) => read(`examples/${name}.mjs`))
  expect(blocks('js')).toEqual(clients)
  expect(blocks('sh')).toEqual([read('examples/curl.sh')])
})

it('names only scripts and files that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const commands = [...readme.matchAll(/pnpm@10 (?:-s )?(?!exec|--filter)([a-z:]+)/g)].map(([, name]) => name ?? '')
  expect(commands.length).toBeGreaterThan(10)
  expect(commands.filter((name) => scripts[name] === undefined)).toEqual([])
  const links = [...readme.matchAll(/\]\((?!https:)([^)#]+)\)/g)].map(([, file]) => file ?? '')
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((file) => !existsSync(repositoryFile(file)))).toEqual([])
})

it('has TypeScript run by the Node that is installed beside it, as an older one of somebody’s own cannot', () => {
  const files = ['docs', 'examples'].flatMap((folder) =>
    readdirSync(repositoryFile(folder), { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [`${folder}/${entry.name}`] : [],
    ),
  )
  const commands = ['README.md', 'CONTRIBUTING.md', ...files].flatMap((file) =>
    [...read(file).matchAll(/(.*)\bnode [\w./-]+\.ts\b/g)].map(([command, before = '']) => ({ command, before })),
  )
  expect(commands.length).toBeGreaterThan(3)
  expect(commands.filter(({ before }) => !/(pnpm@10 -s exec|docker compose exec \w+) $/.test(before))).toEqual([])
})

it('walks through files that exist', () => {
  const files = [...read('docs/architecture.md').matchAll(/`([\w./-]+\/[\w./-]+\.ts)`/g)].map(([, file]) => file ?? '')
  expect(files.length).toBeGreaterThan(3)
  expect(files.filter((file) => !existsSync(repositoryFile(file)))).toEqual([])
})

it('tells operators of every event that webhooks may bring', () => {
  const operations = read('docs/operations.md')
  expect(WEBHOOK_EVENT_TYPES.filter((type) => !operations.includes(`\`${type}\``))).toEqual([])
})

it('has scripts for every file that package.json runs', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const files = Object.values(scripts).flatMap((script) => script.match(/[\w./-]+\.(?:ts|mjs)/g) ?? [])
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((file) => !existsSync(repositoryFile(file)))).toEqual([])
})

it('tells operators of every variable that the gateway reads', () => {
  const operations = read('docs/operations.md')
  const untold = Object.keys(GATEWAY_SETTINGS).filter((name) => !new RegExp(`\\b${name}\\b`).test(operations))
  expect(untold).toEqual([])
})
