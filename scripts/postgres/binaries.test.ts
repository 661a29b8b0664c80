import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultCacheDir, hydrateLinks, locatePackage, prepareBinaries } from './binaries.ts'
import { copyPackageAsPacked, makeScratch } from './fixtures/scratch.ts'
import { findUnprivilegedUser, isRoot } from './owner.ts'
import { run } from './programs.ts'

const owner = isRoot() ? findUnprivilegedUser() : undefined

describe('the programs', () => {
  it('are missing, in one sentence, on a platform without a package', () => {
    expect(() => locatePackage('sunos', 'sparc')).toThrow(
      expect.objectContaining({
        code: 'PLATFORM_UNSUPPORTED',
        message: expect.stringMatching(/no embedded PostgreSQL for sunos-sparc .*: set DATABASE_URL_\* to/),
      }),
    )
  })

  it('run from where npm unpacked them, once the library links are there', async () => {
    await using scratch = await makeScratch()
    const packageDir = await copyPackageAsPacked(path.join(scratch.directory, 'package'))
    const cacheDir = path.join(scratch.directory, 'cache')
    const { postgres, initdb } = await prepareBinaries({ packageDir, owner, cacheDir })
    expect(path.dirname(postgres)).toBe(path.join(packageDir, 'native', 'bin'))
    expect(await run(initdb, ['--version'], owner)).toEqual({ ok: true })
    expect(await fs.readdir(scratch.directory)).toEqual(['package'])
  })

  it('get their links from two starters at once', async () => {
    await using scratch = await makeScratch()
    const packageDir = await copyPackageAsPacked(path.join(scratch.directory, 'package'))
    expect(await Promise.all([hydrateLinks(packageDir), hydrateLinks(packageDir)])).toEqual([true, true])
  })

  it.runIf(isRoot())('run from one copy when they lie in root’s private home', async () => {
    await using home = await makeScratch(0o700)
    await using scratch = await makeScratch()
    const packageDir = await copyPackageAsPacked(path.join(home.directory, 'package'))
    const cacheDir = path.join(scratch.directory, 'cache')
    const steps: string[] = []
    const prepare = () => prepareBinaries({ packageDir, owner, cacheDir, onProgress: (step) => void steps.push(step) })
    const [first, second] = await Promise.all([prepare(), prepare()])
    expect(first).toEqual(second)
    expect(path.relative(cacheDir, first.postgres)).not.toContain('..')
    expect(await run(first.initdb, ['--version'], owner)).toEqual({ ok: true })
    expect(await fs.readdir(cacheDir)).toHaveLength(1)
    expect(steps).toContain(`Copying PostgreSQL to ${cacheDir}`)
    expect(defaultCacheDir()).toBe('/var/cache/carriergraph')
  })

  it('name the library that is missing, and copy nothing for it', async () => {
    await using scratch = await makeScratch()
    const packageDir = await copyPackageAsPacked(path.join(scratch.directory, 'package'), /^libicuuc/)
    const cacheDir = path.join(scratch.directory, 'cache')
    await expect(prepareBinaries({ packageDir, owner, cacheDir })).rejects.toMatchObject({
      code: 'MISSING_LIBRARY',
      message: expect.stringContaining('libicuuc'),
    })
    expect(await fs.readdir(scratch.directory)).toEqual(['package'])
  })
})
