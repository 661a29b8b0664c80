import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { freePorts } from '../../test/support/free-ports.ts'
import { until } from '../../test/support/until.ts'
import { concernedBy, reloadOnChange } from './reload.ts'
import { startService } from './service.ts'
import type { Part } from './shutdown.ts'

const home = mkdtempSync(join(tmpdir(), 'carriergraph-reload-'))
const parts: Part[] = []
afterEach(async () => {
  for (const part of parts.splice(0).reverse()) await part.stop()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const answering = (text: string) => `
  import { createServer } from 'node:http'
  createServer((_, answer) => answer.end('${text}')).listen(Number(process.env.PORT), '127.0.0.1')`

test('a service runs from its changed source; broken, it is told about and comes up with the next change', async () => {
  const folder = join(home, 'src')
  mkdirSync(folder)
  const entry = join(folder, 'main.mjs')
  writeFileSync(entry, answering('one'))
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}/`
  const events: string[] = []
  const spec = {
    name: 'fixture',
    entry,
    env: { PORT: String(port) },
    readyUrl: url,
    logFile: join(home, 'fixture.log'),
  }
  const service = startService(spec, (text) => events.push(text))
  parts.push(service)
  await service.ready()
  const options = { folders: [folder], concerned: () => () => true, settle_ms: 10 }
  parts.push(reloadOnChange([service], (text) => events.push(text), options))
  const answer = () => fetch(url).then((response) => response.text())
  expect(await answer()).toBe('one')

  writeFileSync(entry, answering('two'))
  await until(async () => events.includes('fixture runs from its changed source'))
  expect(await answer()).toBe('two')

  writeFileSync(entry, 'this is no program')
  await until(async () => events.some((text) => text.startsWith('fixture did not start')))
  writeFileSync(entry, answering('three'))
  await until(async () => (await answer().catch(() => '')) === 'three')
  expect(events.filter((text) => text.includes('died'))).toEqual([])
})

const SERVICES = ['network', 'billing', 'payments', 'risk', 'gateway', 'simulator']

test.each([
  ['subgraphs/billing/src/domain/rating.ts', ['billing']],
  ['subgraphs/risk/migrations/0005_more.sql', ['risk']],
  ['schema/subgraphs/payments/ledger.graphql', ['payments']],
  ['schema/supergraph.graphql', ['gateway']],
  ['schema/operations/01-whole-graph.graphql', ['gateway']],
  ['schema/api.graphql', []],
  ['gateway/src/gateway.ts', ['gateway']],
  ['subgraphs/shared/src/config.ts', SERVICES],
  ['subgraphs/billing/src/domain/rating.test.ts', []],
])('a change of %s concerns %j', (path, services) => {
  expect(SERVICES.filter(concernedBy(path))).toEqual(services)
})
