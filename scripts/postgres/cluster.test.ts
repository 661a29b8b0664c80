import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { locatePackage, prepareBinaries } from './binaries.ts'
import { ensureCluster, placeCluster } from './cluster.ts'
import { makeScratch, type Scratch } from './fixtures/scratch.ts'
import { ownerOf } from './owner.ts'

async function ensureIn({ dataDir }: Scratch): Promise<void> {
  const owner = await ownerOf(dataDir)
  const binaries = await prepareBinaries({ packageDir: locatePackage(), owner })
  await ensureCluster({ place: dataDir, binaries, owner, password: 'secret', durable: false })
}

describe('a new cluster', () => {
  it('appears under its name complete, and nothing stays beside it', async () => {
    await using scratch = await makeScratch()
    await fs.mkdir(`${scratch.dataDir}.initdb-killed`)
    await fs.writeFile(path.join(`${scratch.dataDir}.initdb-killed`, 'PG_VERSION'), '18\n')
    await ensureIn(scratch)
    expect(await fs.readdir(scratch.directory)).toEqual(['data'])
    expect(await fs.readFile(path.join(scratch.dataDir, 'PG_VERSION'), 'utf8')).toBe('18\n')
    const mode = (await fs.stat(scratch.dataDir)).mode & 0o777
    expect(mode).toBe(0o700)
  })

  it('may take the place of an empty directory', async () => {
    await using scratch = await makeScratch()
    await fs.mkdir(scratch.dataDir)
    await ensureIn(scratch)
    expect(await fs.readdir(scratch.dataDir)).toContain('PG_VERSION')
  })

  it('never takes the place of somebody’s files', async () => {
    await using scratch = await makeScratch()
    await fs.mkdir(scratch.dataDir)
    await fs.writeFile(path.join(scratch.dataDir, 'thesis.txt'), 'chapter 1')
    await expect(ensureIn(scratch)).rejects.toMatchObject({
      code: 'NOT_A_CLUSTER',
      message: `${scratch.dataDir} is not empty and holds no PostgreSQL cluster: choose another directory or empty it.`,
    })
    expect(await fs.readdir(scratch.dataDir)).toEqual(['thesis.txt'])
  })

  it('never takes the place of one of another major version', async () => {
    await using scratch = await makeScratch()
    await fs.mkdir(scratch.dataDir)
    await fs.writeFile(path.join(scratch.dataDir, 'PG_VERSION'), '17\n')
    await expect(ensureIn(scratch)).rejects.toMatchObject({
      code: 'VERSION_MISMATCH',
      message: expect.stringContaining('pg_upgrade'),
    })
  })
})

describe('the place of the cluster', () => {
  const STRANGER = { uid: 54321, gid: 54321 }

  it('is the directory asked for when its owner can get there', async () => {
    await using scratch = await makeScratch()
    expect(await placeCluster(scratch.dataDir, STRANGER)).toBe(scratch.dataDir)
    expect(await placeCluster(scratch.dataDir, undefined)).toBe(scratch.dataDir)
  })

  it('is elsewhere, behind a link that later starts follow, when the directory lies in a private home', async () => {
    await using scratch = await makeScratch(0o700)
    await using open = await makeScratch()
    const elsewhere = path.join(open.directory, 'lib')
    const place = await placeCluster(scratch.dataDir, STRANGER, elsewhere)
    expect(path.dirname(path.dirname(place))).toBe(elsewhere)
    expect(await fs.readlink(scratch.dataDir)).toBe(place)
    expect(await placeCluster(scratch.dataDir, STRANGER, elsewhere)).toBe(place)
    await fs.unlink(scratch.dataDir)
    expect(await placeCluster(scratch.dataDir, STRANGER, elsewhere)).not.toBe(place)
  })

  it('is chosen anew when the link leads nowhere', async () => {
    await using scratch = await makeScratch()
    await fs.symlink(path.join(scratch.directory, 'gone', 'data'), scratch.dataDir)
    expect(await placeCluster(scratch.dataDir, STRANGER)).toBe(scratch.dataDir)
  })
})
