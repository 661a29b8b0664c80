import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { ask } from './fixtures/ask.ts'
import { makeScratch } from './fixtures/scratch.ts'
import { spawnDying } from './fixtures/spawn-dying.ts'
import { spawnStarter, started } from './fixtures/spawn-starter.ts'
import { makeZombie } from './fixtures/unreaped.ts'
import { startPostgres } from './launch.ts'
import { poll } from './poll.ts'
import { isRunning } from './postmaster.ts'

const GENEROUS_MS = 60_000
/** A machine so loaded that initdb finishes between two looks is slow this often only by a fault of ours. */
const KILL_ATTEMPTS = 20
const password = 'secret'
const settings = { fsync: 'off' }

describe('after a kill', () => {
  /** True once there is something worth killing; also when it is too late for that. */
  async function initdbAtWork(dataDir: string): Promise<true | undefined> {
    const parent = path.dirname(dataDir)
    for (const name of await fs.readdir(parent)) {
      if (name === 'data') return true
      if (!name.includes('.initdb-') || name.endsWith('.password')) continue
      const files = await fs.readdir(path.join(parent, name)).catch((): string[] => [])
      if (files.includes('base')) return true
    }
    return undefined
  }

  /** Kills the launcher while initdb works; a launcher that was faster is started anew on another directory. */
  async function killDuringInitdb(directory: string, whom: 'launcher' | 'group'): Promise<string> {
    for (let attempt = 1; attempt <= KILL_ATTEMPTS; attempt++) {
      const dataDir = path.join(directory, String(attempt), 'data')
      await fs.mkdir(path.dirname(dataDir))
      const { process: launcher } = spawnStarter({ dataDir, password, settings })
      const { pid = 0 } = launcher
      await poll(() => initdbAtWork(dataDir), GENEROUS_MS)
      process.kill(whom === 'group' ? -pid : pid, 'SIGKILL')
      await once(launcher, 'exit')
      if (!(await fs.readdir(path.dirname(dataDir))).includes('data')) return dataDir
      // Too late. What it started is not left behind.
      await (await startPostgres({ dataDir, password, settings })).stop()
    }
    throw new Error('no kill came before initdb had finished')
  }

  it.each(['launcher', 'group'] as const)('of the %s half-way through initdb, a start begins again', async (whom) => {
    await using scratch = await makeScratch()
    const dataDir = await killDuringInitdb(scratch.directory, whom)
    const server = await startPostgres({ dataDir, password, settings })
    expect(await ask(server.url(), 'show data_checksums')).toBe('on')
    expect(server.adopted).toBe(false)
    await server.stop()
  })

  it('of the starter, the next one adopts the orphan with its data, and stops it', async () => {
    await using scratch = await makeScratch()
    const starter = spawnStarter({ ...scratch, password, settings })
    const orphan = await started(starter)
    await ask(orphan.url, 'create table kept (id int)')
    starter.process.kill('SIGKILL')
    await once(starter.process, 'exit')

    const heir = await startPostgres({ ...scratch, password, settings })
    expect(heir).toMatchObject({ adopted: true, pid: orphan.pid, port: orphan.port })
    expect(await ask(heir.url(), 'select count(*)::int from kept')).toBe(0)
    await heir.stop()
    expect(await isRunning(orphan.pid, scratch.dataDir)).toBe(false)
  })

  it('of the postmaster with a client connected, the next start recovers what was committed', async () => {
    await using scratch = await makeScratch()
    const first = await startPostgres({ ...scratch, password, settings })
    const client = postgres(first.url(), { max: 1, onclose: () => undefined })
    await client`create table kept as select 42 as answer`
    process.kill(first.pid, 'SIGKILL')

    const second = await startPostgres({ ...scratch, password, settings })
    expect(second).toMatchObject({ adopted: false })
    expect(second.pid).not.toBe(first.pid)
    expect(await ask(second.url(), 'select answer from kept')).toBe(42)
    await client.end({ timeout: 0 })
    await second.stop()
  })

  it.runIf(process.platform === 'linux')(
    'that comes while the postmaster is adopted, another one is started',
    async () => {
      await using scratch = await makeScratch()
      const pidFile = path.join(scratch.dataDir, 'postmaster.pid')
      const first = await startPostgres({ ...scratch, password, settings })
      const lines = (await fs.readFile(pidFile, 'utf8')).split('\n')
      await first.stop()
      const dying = await spawnDying(scratch.dataDir)
      await fs.writeFile(pidFile, lines.with(0, String(dying.pid)).with(3, String(dying.port)).join('\n'))

      const second = await startPostgres({ ...scratch, password, settings })
      expect(second.adopted).toBe(false)
      expect(await ask(second.url(), 'select 1')).toBe(1)
      await second.stop()
    },
  )

  it.runIf(process.platform === 'linux')('whose postmaster stays a zombie, the next start is not held up', async () => {
    await using scratch = await makeScratch()
    const pidFile = path.join(scratch.dataDir, 'postmaster.pid')
    const first = await startPostgres({ ...scratch, password, settings })
    const content = await fs.readFile(pidFile, 'utf8')
    await first.stop()
    using zombie = await makeZombie()
    await fs.writeFile(pidFile, content.replace(/^\d+/, String(zombie.pid)))

    const second = await startPostgres({ ...scratch, password, settings })
    expect(second.adopted).toBe(false)
    expect(await ask(second.url(), 'select 1')).toBe(1)
    await second.stop()
  })
})

describe('two starters at once', () => {
  it('get one postmaster and a working URL each, and only the last one stops it', async () => {
    await using scratch = await makeScratch()
    const starters = [1, 2].map(() => spawnStarter({ ...scratch, password, settings }))
    const reports = await Promise.all(starters.map(started))
    expect(new Set(reports.map(({ pid }) => pid)).size).toBe(1)
    expect(reports.map(({ adopted }) => adopted).sort()).toEqual([false, true])
    for (const { url } of reports) expect(await ask(url, 'select 1')).toBe(1)

    const postmaster = reports[0]?.pid ?? 0
    await starters.find((_, index) => reports[index]?.adopted === false)?.end()
    expect(await ask(reports[0]?.url ?? '', 'select 1')).toBe(1)
    await starters.find((_, index) => reports[index]?.adopted === true)?.end()
    expect(await isRunning(postmaster, scratch.dataDir)).toBe(false)
  })

  it('of which one comes while the other one stops get a working server all the same', async () => {
    await using scratch = await makeScratch()
    const leaving = await startPostgres({ ...scratch, password, settings })
    const [coming] = await Promise.all([startPostgres({ ...scratch, password, settings }), leaving.stop()])
    expect(await ask(coming.url(), 'select 1')).toBe(1)
    await coming.stop()
    expect(await isRunning(coming.pid, scratch.dataDir)).toBe(false)
  })

  it('of which the second fails leave the first its server', async () => {
    await using scratch = await makeScratch()
    const first = await startPostgres({ ...scratch, password, settings })
    await expect(startPostgres({ ...scratch, password: 'another', settings })).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    })
    expect(await ask(first.url(), 'select 1')).toBe(1)
    await first.stop()
    expect(await isRunning(first.pid, scratch.dataDir)).toBe(false)
  })
})
