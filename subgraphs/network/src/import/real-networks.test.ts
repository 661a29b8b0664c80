// A file of real networks, where there is one: it is data of others and no part of this repository.

import { access, readFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { expect, it } from 'vitest'
import { parseTopologyFile } from '../domain/topology-file.ts'
import { createNetworkDatabase } from '../testing/network-database.ts'
import { topologyImport } from './topology-import.ts'

const REPOSITORY = new URL('../../../../', import.meta.url)
const FILE = process.env.TOPOLOGIES_FILE ?? fileURLToPath(new URL('../shared/data/topologies.json', REPOSITORY))

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

it('imports every site and link of a file of twelve real networks, and the same again without a change', async ({
  skip,
}) => {
  if (!(await isThere(FILE))) skip(`There is no ${FILE}: set TOPOLOGIES_FILE.`)
  const parsed = parseTopologyFile(await readFile(FILE, 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  const { topologies } = parsed
  expect(topologies).toHaveLength(12)
  const sites = topologies.flatMap(({ nodes }) => nodes).length
  const links = topologies.flatMap((topology) => topology.links).length

  await using network = await createNetworkDatabase()
  const run = async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const env = { DATABASE_URL_NETWORK: network.url }
    const code = await topologyImport([FILE], { env, environmentFile: '', stdout, stderr, clock: systemClock })
    stdout.end()
    return { code, report: await text(stdout) }
  }
  expect(await run()).toMatchObject({ code: 0 })
  const stored = { topologies: 12, sites, links, ends: 2 * links }
  expect(await network.rows()).toMatchObject(stored)
  const again = await run()
  expect(again.code).toBe(0)
  expect(again.report.match(/ 0 added, 0 changed, \d+ unchanged, 0 kept/g)).toHaveLength(24)
  expect(await network.rows()).toMatchObject(stored)
})
