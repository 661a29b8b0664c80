import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Makes objects that live through collections; V8 tells of each time that it looks for places to make old objects at. */
const PROGRAM = `
  let kept = []
  const make = (of) => ({ of, list: [of] })
  for (let made = 0; made < 2_000_000; made++) {
    kept.push(make(made))
    if (kept.length > 100_000) kept = []
  }`

async function decisions(program: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--trace-pretenuring-statistics',
    '--input-type=module',
    '--eval',
    program,
  ])
  return stdout.split('\n').filter((line) => line.includes('pretenuring'))
}

test('no place in the code makes objects old from the start', async () => {
  const allocateYoung = `
    const { allocateYoung } = await import(${JSON.stringify(new URL('allocate-young.ts', import.meta.url))})
    allocateYoung()`
  expect(await decisions(PROGRAM)).not.toEqual([])
  expect(await decisions(allocateYoung + PROGRAM)).toEqual([])
})
