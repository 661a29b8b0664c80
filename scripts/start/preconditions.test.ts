import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../test/support/free-ports.ts'
import { errorText } from './error-text.ts'
import { claim, requireDirectory, requireDiskSpace, requireFreePorts } from './preconditions.ts'

const home = mkdtempSync(join(tmpdir(), 'carriergraph-preconditions-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const MEGABYTE = 1024 * 1024
const sentenceOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'nothing was refused',
    (error: unknown) => errorText(error),
  )

describe('a nearly full disk', () => {
  test('is refused in one sentence that says how much is missing', async () => {
    expect(await sentenceOf(requireDiskSpace(home, async () => 12.7 * MEGABYTE))).toBe(
      `The disk that holds ${home} has 12 MB left and CarrierGraph needs 500 MB: make room and run the command again.`,
    )
  })

  test('is one below 500 MB, and the real one is measured', async () => {
    await requireDiskSpace(home, async () => 500 * MEGABYTE)
    await expect(requireDiskSpace(home, async () => 500 * MEGABYTE - 1)).rejects.toThrow('499 MB left')
    await expect(requireDiskSpace(join(home, 'nowhere'))).rejects.toThrow('ENOENT')
  })
})

describe('the folder', () => {
  test('is created with all above it', async () => {
    await requireDirectory(join(home, 'some', 'where'))
    await requireDirectory(join(home, 'some', 'where'))
  })

  test.skipIf(process.getuid?.() === 0)('that may not be written is refused in one sentence', async () => {
    const locked = mkdtempSync(join(home, 'locked-'))
    chmodSync(locked, 0o500)
    expect(await sentenceOf(requireDirectory(join(locked, 'home')))).toMatch(/may not be written by this user: .*\.$/)
  })

  test('that is a file is refused in one sentence', async () => {
    writeFileSync(join(home, 'file'), '')
    expect(await sentenceOf(requireDirectory(join(home, 'file')))).toMatch(/file is not a folder: .*\.$/)
  })

  test('is claimed by one start at a time; the claim names its holder and falls with it', async () => {
    const first = claim(home)
    expect(() => claim(home)).toThrow(
      `CarrierGraph is running already (${home}, process ${process.pid}): use that one or stop it`,
    )
    first[Symbol.dispose]()
    claim(home)[Symbol.dispose]()
  })
})

describe('a port in use', () => {
  const listenerOn = (port: number) => ({ what: 'the gateway', port, variable: 'PORT' })

  test('is refused in one sentence that names it, what would listen there and the variable', async () => {
    const [port = 0, free = 0] = await freePorts(2)
    const stranger = createServer().listen(port, '127.0.0.1')
    const wanted = [{ what: 'subgraph risk', port: free, variable: 'PORT_RISK' }, listenerOn(port)]
    expect(await sentenceOf(requireFreePorts(wanted, 0))).toBe(
      `Port ${port}, where the gateway would listen, is in use: stop what listens there, or choose another with PORT=….`,
    )
    stranger.close()
  })

  test('is waited for, since the services of a start that was killed are still leaving', async () => {
    const [port = 0] = await freePorts(1)
    const leaving = createServer().listen(port, '127.0.0.1')
    const free = requireFreePorts([listenerOn(port)])
    leaving.close()
    await free
  })
})
