import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { instruction, NOON } from '../../rails.fixture.ts'
import { batch, report, transaction } from '../messages.fixture.ts'
import { writePaymentFile } from '../write.ts'
import { messageCheck } from './message-check.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'message-check-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(name: string, content: string | undefined, ...more: readonly string[]) {
  const path = join(folder, name)
  if (content !== undefined) await writeFile(path, content)
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const told = [text(stdout), text(stderr)]
  const code = await messageCheck([path, ...more], { stdout, stderr })
  stdout.end()
  stderr.end()
  const [out = '', error = ''] = await Promise.all(told)
  return { code, stdout: out, stderr: error }
}

const PAIN = writePaymentFile({
  id: 'rfl_01kbk2se4ce8rvvx8p8ab1zzzz',
  message: 'pain.001.001.09',
  createdAt: NOON,
  initiatingParty: 'Carrier One',
  instructions: [instruction(), instruction()],
})

test('says what a message holds', async () => {
  expect(await run('pain.xml', PAIN)).toEqual({
    code: 0,
    stderr: '',
    stdout: `message       pain.001.001.09
id            rfl-01kbk2se4ce8rvvx8p8ab1zzzz
transactions  2
control sum   246.90
currencies    EUR
`,
  })
})

test('says how a report says it stands', async () => {
  const batches = batch(
    'B-1',
    'PART',
    transaction('E-1', 'ACSC') + transaction('E-2', 'RJCT') + transaction('E-3', 'RJCT'),
  )
  expect((await run('report.xml', report({ batches }))).stdout).toBe(`message       pain.002.001.10
id            R-1
about         M-1
group         not said
batch         B-1 PART
transactions  1 ACSC
transactions  2 RJCT
`)
})

test('says why and where a message is refused', async () => {
  const { code, stdout, stderr } = await run('bad.xml', PAIN.replace('<CtrlSum>246.90', '<CtrlSum>246.91'))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(
    /^CONTROL_SUM_MISMATCH at line 2, column \d+ \(Document\/CstmrCdtTrfInitn\/GrpHdr\/CtrlSum\): .+246\.90\.\n$/,
  )
})

test('a file that cannot be looked at is a failure, not a refusal', async () => {
  expect(await run('absent.xml', undefined)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^FILE_NOT_FOUND: /),
  })
  expect(await run('pain.xml', PAIN, 'another')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Name one file/),
  })
  expect(await run('pain.xml', PAIN, '--nonsense')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--nonsense'),
  })
  expect(await run('pain.xml', PAIN, '--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('message:check'),
  })
})
