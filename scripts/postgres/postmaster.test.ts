import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeScratch, type Scratch } from './fixtures/scratch.ts'
import { makeZombie } from './fixtures/unreaped.ts'
import { clearStalePidFile, findPostmaster, isRunning, readPidFile } from './postmaster.ts'

const GENEROUS_MS = 30_000

/** As PostgreSQL writes it: pid, directory, start time, port, socket directory, address, shared memory, state. */
async function writePidFile({ dataDir }: Scratch, pid: string | number, state = 'ready'): Promise<string> {
  await fs.mkdir(dataDir, { recursive: true })
  const file = path.join(dataDir, 'postmaster.pid')
  const lines = [pid, dataDir, 1_790_000_000, 4006, '', '127.0.0.1', '     1234     987654321', `${state}   `, '']
  await fs.writeFile(file, lines.join('\n'))
  return file
}

const exists = (file: string) =>
  fs.access(file).then(
    () => true,
    () => false,
  )

async function endedPid(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('postmaster.pid', () => {
  it('is read as far as it has been written', async () => {
    await using scratch = await makeScratch()
    expect(await readPidFile(scratch.dataDir)).toBeUndefined()
    const file = await writePidFile(scratch, 4711)
    expect(await readPidFile(scratch.dataDir)).toEqual({
      pid: 4711,
      port: 4006,
      state: 'ready',
      sharedMemoryId: '987654321',
    })
    await fs.writeFile(file, '4711\n')
    expect(await readPidFile(scratch.dataDir)).toMatchObject({ pid: 4711, state: '', sharedMemoryId: undefined })
  })

  it.runIf(process.platform === 'linux')('names nobody alive when its pid is a zombie, and makes way', async () => {
    await using scratch = await makeScratch()
    using zombie = await makeZombie()
    expect(() => process.kill(zombie.pid, 0)).not.toThrow()
    const file = await writePidFile(scratch, zombie.pid)
    expect(await isRunning(zombie.pid, scratch.dataDir)).toBe(false)
    expect(await findPostmaster(scratch.dataDir, GENEROUS_MS)).toBeUndefined()
    const stale = await readPidFile(scratch.dataDir)
    if (stale) await clearStalePidFile(scratch.dataDir, stale, GENEROUS_MS)
    expect(await exists(file)).toBe(false)
  })

  it('names nobody alive when its pid was given to another program since, and makes way', async () => {
    await using scratch = await makeScratch()
    const file = await writePidFile(scratch, process.pid)
    expect(await findPostmaster(scratch.dataDir, GENEROUS_MS)).toBeUndefined()
    const stale = await readPidFile(scratch.dataDir)
    if (stale) await clearStalePidFile(scratch.dataDir, stale, GENEROUS_MS)
    expect(await exists(file)).toBe(false)
  })

  it('is left to PostgreSQL, which looks for surviving backends, when its pid is gone', async () => {
    await using scratch = await makeScratch()
    const file = await writePidFile(scratch, await endedPid())
    expect(await findPostmaster(scratch.dataDir, GENEROUS_MS)).toBeUndefined()
    const stale = await readPidFile(scratch.dataDir)
    if (stale) await clearStalePidFile(scratch.dataDir, stale, GENEROUS_MS)
    expect(await exists(file)).toBe(true)
  })

  it.each(['', 'nonsense'])('makes way when a full disk or a crash left %j in it', async (content) => {
    await using scratch = await makeScratch()
    const file = await writePidFile(scratch, content)
    expect(await findPostmaster(scratch.dataDir, GENEROUS_MS)).toBeUndefined()
    const stale = await readPidFile(scratch.dataDir)
    if (stale) await clearStalePidFile(scratch.dataDir, stale, GENEROUS_MS)
    expect(await exists(file)).toBe(false)
  })
})
