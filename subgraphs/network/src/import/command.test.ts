// `pnpm topology:import` as a command: arguments, databases, exit codes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { namedId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ImportStage, setImportStage } from '../testing/import-stage.ts'
import { link, topology } from '../testing/topology-files.ts'

let network: ImportStage
beforeEach(async () => {
  network = await setImportStage()
})
afterEach(() => network[Symbol.asyncDispose]())

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

describe('the command', () => {
  it.each<[string, string[], string]>([
    ['no file', [], 'Name one file.'],
    ['two files', ['a.json', 'b.json'], 'Name one file.'],
    ['an option that it does not know', ['a.json', '--force'], '--force'],
    ['what is no tenant', ['a.json', '--tenant', 'A B'], 'not the name of a tenant'],
    ['a file that there is not', ['nowhere.json'], 'FILE_UNREADABLE'],
  ])('fails for %s and says why', async (_, argv, reason) => {
    expect(await network.run(argv)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(reason) })
  })

  it('fails for a topology that the file does not have, and names those that it has', async () => {
    const { code, stderr } = await network.run([await network.file(topology()), '--only', 'star'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'TOPOLOGY_UNKNOWN: The file has no topology "star". It has: ring.\n',
    })
    expect(await network.rows()).toMatchObject({ topologies: 0 })
  })

  it('finds the database of a local installation, and says so where there is none', async () => {
    const path = await network.file(topology())
    expect(await network.run([path], { env: {} })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^DATABASE_UNKNOWN/),
    })
    await writeFile(join(network.folder, 'environment.json'), JSON.stringify({ DATABASE_URL_NETWORK: network.url }))
    expect(await network.run([path], { env: {} })).toMatchObject({ code: 0 })
    const gone = { DATABASE_URL_NETWORK: network.url.replace(/[^/]+$/, namedId('ste', 'gone')) }
    expect(await network.run([path], { env: gone })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^DATABASE_UNAVAILABLE/),
    })
  })

  it('ends as a process with its exit code, what it did on stdout and faults on stderr', async () => {
    const good = await spawned([await network.file(topology())])
    expect(good).toEqual({ code: 0, stdout: expect.stringContaining('ring (Ring)\n  sites  2 added'), stderr: '' })
    const faulty = await spawned([await network.file(topology({ links: [link('l', 'a', 'a')] }))])
    expect(faulty).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('links[0]: SELF_LOOP') })
    expect(await spawned([])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Name one file.') })
    expect(await spawned(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('topology:import FILE'),
    })
    expect(await network.rows()).toMatchObject({ sites: 2, links: 1 })
  })
})

/** Runs the command as its user does: as a process of its own. */
async function spawned(argv: string[]) {
  const env = { ...process.env, DATABASE_URL_NETWORK: network.url }
  const child = spawn(process.execPath, [MAIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}
