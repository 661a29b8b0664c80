import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeScratch } from './fixtures/scratch.ts'
import { lockAlone, tryLockAlone, tryLockShared } from './lock.ts'

const GENEROUS_MS = 30_000

/** A process that takes `file` and says so. */
async function holdElsewhere(file: string) {
  const script = `import { tryLockAlone } from ${JSON.stringify(path.join(import.meta.dirname, 'lock.ts'))}
    if (tryLockAlone(process.argv[1])) { console.log('held'); setInterval(() => {}, 60_000) }`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  return holder
}

describe('the lock', () => {
  it('is held by one caller at a time within a process', async () => {
    await using scratch = await makeScratch()
    const file = path.join(scratch.directory, 'lock')
    const first = tryLockAlone(file)
    expect(tryLockAlone(file)).toBeUndefined()
    const waiting = lockAlone(file, GENEROUS_MS)
    first?.[Symbol.dispose]()
    using second = await waiting
    expect(second).toBeDefined()
    expect(tryLockAlone(file)).toBeUndefined()
  })

  it('falls with its holder, even by kill -9', async () => {
    await using scratch = await makeScratch()
    const file = path.join(scratch.directory, 'lock')
    const holder = await holdElsewhere(file)
    expect(tryLockAlone(file)).toBeUndefined()
    const waiting = lockAlone(file, GENEROUS_MS)
    holder.kill('SIGKILL')
    using taken = await waiting
    expect(taken).toBeDefined()
  })

  it('that is shared admits more sharers, and nobody alone until the last has left', async () => {
    await using scratch = await makeScratch()
    const file = path.join(scratch.directory, 'lock')
    const sharers = [tryLockShared(file), tryLockShared(file)]
    for (const sharer of sharers) {
      expect(tryLockAlone(file)).toBeUndefined()
      sharer?.[Symbol.dispose]()
    }
    using alone = tryLockAlone(file)
    expect(alone).toBeDefined()
    expect(tryLockShared(file)).toBeUndefined()
  })

  it('gives up at its deadline', async () => {
    await using scratch = await makeScratch()
    const file = path.join(scratch.directory, 'lock')
    using _held = tryLockAlone(file)
    expect(await lockAlone(file, 0)).toBeUndefined()
  })
})
