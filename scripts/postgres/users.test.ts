import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from './fixtures/ask.ts'
import { copyPackageAsPacked, makeScratch } from './fixtures/scratch.ts'
import { spawnStarter, started } from './fixtures/spawn-starter.ts'
import { startPostgres } from './launch.ts'
import { canReach, findUnprivilegedUser, isRoot } from './owner.ts'
import { isRunning } from './postmaster.ts'

const password = 'secret'
const settings = { fsync: 'off' }

const unprivileged = findUnprivilegedUser()
/** Root runs the starter as somebody else, who has to reach the program; a normal user simply runs it. */
const normalUser = isRoot() ? unprivileged : undefined
const canActAsNormalUser =
  !normalUser ||
  ((await canReach(normalUser, import.meta.dirname)) && (await canReach(normalUser, path.dirname(process.execPath))))

const hasSetpriv = spawnSync('setpriv', ['--version']).status === 0

const userOf = (pid: number) => Number(execFileSync('ps', ['-o', 'uid=', '-p', String(pid)], { encoding: 'utf8' }))

describe.runIf(isRoot())('started as root', () => {
  it('the server runs as an unprivileged user that exists already', async () => {
    await using scratch = await makeScratch()
    const accounts = await fs.readFile('/etc/passwd', 'utf8')
    const server = await startPostgres({ ...scratch, password, settings })
    expect(userOf(server.pid)).toBe(unprivileged.uid)
    expect(await ask(server.url(), 'select 1')).toBe(1)
    expect(await fs.readFile('/etc/passwd', 'utf8')).toBe(accounts)
    await server.stop()
  })

  it('in a clone in its private home, programs and data lie where that user can get', async () => {
    await using home = await makeScratch(0o700)
    await using open = await makeScratch()
    const packageDir = await copyPackageAsPacked(path.join(home.directory, 'package'))
    const cacheDir = path.join(open.directory, 'cache')
    const server = await startPostgres({ ...home, password, settings, packageDir, cacheDir })
    expect(await ask(server.url(), 'select 1')).toBe(1)
    expect((await fs.lstat(home.dataDir)).isSymbolicLink()).toBe(true)
    await server.stop()
    expect(await isRunning(server.pid, await fs.realpath(home.dataDir))).toBe(false)
  })

  it.runIf(hasSetpriv)(
    'in a container that may not look into other users’ processes, it adopts and stops',
    async () => {
      await using scratch = await makeScratch()
      const through = ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace']
      const killed = spawnStarter({ ...scratch, password, settings }, { through })
      const orphan = await started(killed)
      killed.process.kill('SIGKILL')
      await once(killed.process, 'exit')

      const heir = spawnStarter({ ...scratch, password, settings }, { through })
      expect(await started(heir)).toMatchObject({ pid: orphan.pid, adopted: true })
      await heir.end()
      expect(await isRunning(orphan.pid, scratch.dataDir)).toBe(false)
    },
  )

  it('a user without a name is told that PostgreSQL needs one', async () => {
    await using scratch = await makeScratch()
    const nameless = { uid: 54321, gid: 54321 }
    await fs.chown(scratch.directory, nameless.uid, nameless.gid)
    const starter = spawnStarter({ ...scratch, password, settings }, { user: nameless })
    expect(await starter.report).toMatchObject({ code: 'NO_PASSWD_ENTRY' })
    await starter.end()
  })
})

describe.runIf(canActAsNormalUser)('started as a normal user', () => {
  async function makeOwnScratch() {
    const scratch = await makeScratch()
    if (normalUser) await fs.chown(scratch.directory, normalUser.uid, normalUser.gid)
    return scratch
  }

  it('the server runs as that user', async () => {
    await using scratch = await makeOwnScratch()
    const starter = spawnStarter({ ...scratch, password, settings }, { user: normalUser })
    const server = await started(starter)
    expect(userOf(server.pid)).toBe(normalUser?.uid ?? process.getuid?.())
    expect(await ask(server.url, 'select 1')).toBe(1)
    await starter.end()
    expect(await isRunning(server.pid, scratch.dataDir)).toBe(false)
  })

  it('with read-only node_modules whose links are missing, the programs run from a copy in the cache', async () => {
    await using scratch = await makeOwnScratch()
    await using modules = await makeScratch()
    const packageDir = await copyPackageAsPacked(path.join(modules.directory, 'package'))
    const lib = path.join(packageDir, 'native', 'lib')
    await fs.chmod(lib, 0o555)
    const env = { XDG_CACHE_HOME: path.join(scratch.directory, 'cache') }
    const starter = spawnStarter({ ...scratch, password, settings, packageDir }, { user: normalUser, env })
    expect(await ask((await started(starter)).url, 'select 1')).toBe(1)
    await starter.end()
    expect(await fs.readdir(path.join(env.XDG_CACHE_HOME, 'carriergraph'))).toHaveLength(1)
    await fs.chmod(lib, 0o755)
  })

  it('a directory that may not be written is named with what to do', async () => {
    await using scratch = await makeScratch()
    if (!normalUser) await fs.chmod(scratch.directory, 0o555)
    const starter = spawnStarter({ ...scratch, password, settings }, { user: normalUser })
    expect(await starter.report).toEqual({
      code: 'NOT_OWNER',
      message: `No right to write ${scratch.dataDir} and its neighbours: start as the user who created them, or remove them to begin anew.`,
    })
    await starter.end()
  })

  it.runIf(isRoot())('a cluster made by another user is left alone', async () => {
    await using scratch = await makeOwnScratch()
    await fs.mkdir(scratch.dataDir)
    const starter = spawnStarter({ ...scratch, password, settings }, { user: normalUser })
    expect(await starter.report).toMatchObject({ code: 'NOT_OWNER', message: expect.stringContaining('user id 0') })
    await starter.end()
  })
})
