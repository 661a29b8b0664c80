import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DegradeRule } from './rule.ts'
import { followRulesFile } from './rules-file.ts'

let directory: string
let path: string
let failed: PromiseWithResolvers<void>
let replaced: PromiseWithResolvers<readonly DegradeRule[]>
let following: AsyncDisposable | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'carriergraph-rules-'))
  path = join(directory, 'rules.json')
  failed = Promise.withResolvers()
  replaced = Promise.withResolvers()
})
afterEach(async () => {
  await following?.[Symbol.asyncDispose]()
  following = undefined
  rmSync(directory, { recursive: true })
})

function write(text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

const rule = (enabled: boolean) => JSON.stringify({ rules: [{ name: 'one', subgraph: 'a', action: 'SKIP', enabled }] })

const log = createLog({
  service: 'test',
  level: 'info',
  destination: { write: (line: string) => void (line.includes('those before stay in force') && failed.resolve()) },
})

const follow = async (): Promise<void> => {
  following = await followRulesFile({
    path,
    poll_ms: 1,
    rules: {
      replace(rules, changedBy) {
        expect(changedBy).toBe(path)
        replaced.resolve(rules)
        replaced = Promise.withResolvers()
      },
    },
    log,
  })
}

test('the rules of a file are in force at once, and again when it has changed', async () => {
  write(rule(true))
  const first = replaced.promise
  await follow()
  expect(await first).toMatchObject([{ name: 'one', enabled: true }])
  const second = replaced.promise
  write(rule(false))
  expect(await second).toMatchObject([{ name: 'one', enabled: false }])
})

test('a later file that is at fault changes nothing, and the next good one does', async () => {
  write(rule(true))
  await follow()
  const next = replaced.promise
  write('{ "rules": 7 }')
  await failed.promise
  write(rule(false))
  expect(await next).toMatchObject([{ enabled: false }])
})

test.each([
  ['no file', undefined],
  ['no rules', '{}'],
])('a gateway does not start with %s, and names it', async (_, text) => {
  if (text !== undefined) write(text)
  await expect(follow()).rejects.toThrow(path)
})
