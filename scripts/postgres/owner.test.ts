import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeScratch } from './fixtures/scratch.ts'
import { canReach, findUnprivilegedUser, isRoot, ownerOf } from './owner.ts'

const SOMEBODY = { uid: 54321, gid: 54321 }

describe('the unprivileged user', () => {
  it('is the first of the candidates that exists, and is not root', () => {
    const owner = findUnprivilegedUser(['no-such-user-here', 'nobody'])
    expect(owner).toEqual(findUnprivilegedUser(['nobody']))
    expect(owner.uid).toBeGreaterThan(0)
  })

  it('is asked for in one sentence when no candidate exists', () => {
    expect(() => findUnprivilegedUser(['no-such-user-here', 'nor-this'])).toThrow(
      expect.objectContaining({ code: 'NO_UNPRIVILEGED_USER', message: expect.stringContaining('DATABASE_URL_*') }),
    )
  })

  it.runIf(isRoot())('is, for root, the owner of the cluster that exists already', async () => {
    await using scratch = await makeScratch()
    await fs.mkdir(scratch.dataDir)
    expect(await ownerOf(scratch.dataDir)).toEqual(findUnprivilegedUser())
    await fs.chown(scratch.dataDir, SOMEBODY.uid, SOMEBODY.gid)
    expect(await ownerOf(scratch.dataDir)).toEqual(SOMEBODY)
  })

  it.skipIf(isRoot())('is, for a normal user, that user', async () => {
    await using scratch = await makeScratch()
    expect(await ownerOf(scratch.dataDir)).toBeUndefined()
    await expect(ownerOf('/')).rejects.toMatchObject({ code: 'NOT_OWNER' })
  })
})

describe('reach', () => {
  it('ends at the first directory that only somebody else may enter', async () => {
    await using scratch = await makeScratch()
    const inner = path.join(scratch.directory, 'private', 'open')
    await fs.mkdir(inner, { recursive: true })
    expect(await canReach(SOMEBODY, inner)).toBe(true)
    await fs.chmod(path.dirname(inner), 0o700)
    expect(await canReach(SOMEBODY, inner)).toBe(false)
    const { uid, gid } = await fs.stat(inner)
    expect(await canReach({ uid, gid }, inner)).toBe(true)
  })
})
