import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask } from './fixtures/ask.ts'
import { makeScratch } from './fixtures/scratch.ts'
import { spawnStarter, started } from './fixtures/spawn-starter.ts'
import { startPostgres } from './launch.ts'
import { isRunning } from './postmaster.ts'

const password = 'p@ss word/§'
const settings = { fsync: 'off' }

describe('start', () => {
  it('creates a cluster, reports each slow step, serves, stops, and keeps the data for the next start', async () => {
    await using scratch = await makeScratch()
    const steps: string[] = []
    const options = {
      ...scratch,
      password,
      settings: { ...settings, max_connections: '17' },
      onProgress: (step: string) => void steps.push(step),
    }
    const first = await startPostgres(options)
    expect(first.adopted).toBe(false)
    expect(steps).toEqual(['Creating the PostgreSQL cluster', 'Starting PostgreSQL'])
    expect(await ask(first.url(), 'show server_version_num')).toMatch(/^18/)
    expect(await ask(first.url(), 'show max_connections')).toBe('17')
    expect(await ask(first.url(), 'show listen_addresses')).toBe('127.0.0.1')
    expect(
      await ask(
        first.url(),
        `select format('%s %s %s', datlocprovider, datlocale, pg_encoding_to_char(encoding))
          from pg_database where datname = current_database()`,
      ),
    ).toBe('b C.UTF-8 UTF8')
    await ask(first.url(), 'create database graph')
    await ask(first.url('graph'), 'create table kept (id int)')
    await Promise.all([first.stop(), first.stop()])
    expect(await isRunning(first.pid, scratch.dataDir)).toBe(false)

    const second = await startPostgres(options)
    expect(await ask(second.url('graph'), 'select count(*)::int from kept')).toBe(0)
    await second.stop()
    expect(await fs.readdir(scratch.directory)).toEqual([
      'data',
      'data.in-use',
      'data.lock',
      'data.log',
      'data.log.previous',
    ])
  })

  it('ignores PG* variables that are meant for another server', async () => {
    await using scratch = await makeScratch()
    const env = {
      PGHOST: '/nowhere',
      PGPORT: '1',
      PGUSER: 'someone',
      PGPASSWORD: 'wrong',
      PGDATABASE: 'nothing',
      PGDATA: '/nonexistent',
      PGOPTIONS: '-c nonsense=1',
      PGSSLMODE: 'verify-full',
      PGSSL: 'true',
      PGTARGETSESSIONATTRS: 'standby',
      PGTZ: 'Mars/Olympus',
      PGDATESTYLE: 'German',
      LC_ALL: 'tlh_QO.UTF-8',
    }
    const starter = spawnStarter({ ...scratch, password, settings }, { env })
    const { url } = await started(starter)
    expect(await ask(url, 'show data_directory')).toBe(scratch.dataDir)
    expect(await ask(url, 'show datestyle')).toBe('ISO, MDY')
    expect(await ask(url, 'show timezone')).toBe('UTC')
    await starter.end()
  })

  it('says which port is taken, and that one may choose another', async () => {
    await using scratch = await makeScratch()
    const occupant = net.createServer().listen(0, '127.0.0.1')
    await once(occupant, 'listening')
    const address = occupant.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(startPostgres({ ...scratch, password, settings, port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `PostgreSQL cannot listen on 127.0.0.1:${port}, the port is taken or reserved: stop the program that holds it or choose another port.`,
    })
    occupant.close()
    await once(occupant, 'close')
    const server = await startPostgres({ ...scratch, password, settings, port })
    expect(server.port).toBe(port)
    await server.stop()
  })

  it('says that the password is not the one of the cluster, and leaves nothing running', async () => {
    await using scratch = await makeScratch()
    await (await startPostgres({ ...scratch, password, settings })).stop()
    await expect(startPostgres({ ...scratch, password: 'another', settings })).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    })
    expect(await fs.readdir(scratch.dataDir)).not.toContain('postmaster.pid')
  })

  it('quotes PostgreSQL when it refuses a setting', async () => {
    await using scratch = await makeScratch()
    await expect(startPostgres({ ...scratch, password, settings: { fsink: 'off' } })).rejects.toMatchObject({
      code: 'START_FAILED',
      message: `PostgreSQL did not start: unrecognized configuration parameter "fsink"; read ${scratch.dataDir}.log.`,
    })
  })
})

/** Whether this machine lets us mount a file system of a few megabytes. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a full disk', () => {
  it.runIf(canMount())('is named with what to do, and leaves no half cluster (needs the right to mount)', async () => {
    await using scratch = await makeScratch()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', scratch.directory])
    try {
      await expect(startPostgres({ ...scratch, password, settings })).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: `The disk that holds ${scratch.dataDir} is full: free at least 200 MB and start again.`,
      })
      expect(await fs.readdir(scratch.directory)).toEqual(['data.in-use', 'data.lock'])
    } finally {
      execFileSync('umount', [scratch.directory])
    }
  })
})
