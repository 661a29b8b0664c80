import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ok, refuse } from '../outcome.ts'
import { CommandFault } from './fault.ts'
import { type ExitCode, runCommand } from './run-command.ts'

async function outcomeOf(
  argv: readonly string[],
  run: (options: { readonly argv: readonly string[] }) => Promise<ExitCode>,
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const said = Promise.all([text(stdout), text(stderr)])
  const code = await runCommand(
    argv,
    { stdout, stderr },
    {
      usage: 'USAGE\n',
      readArguments: ([first, ...rest]) => {
        if (first === '--help') return ok('help' as const)
        return first === '--wrong' ? refuse('USAGE', 'No such option.') : ok({ argv: rest })
      },
      run,
    },
  )
  stdout.end()
  stderr.end()
  return [code, ...(await said)]
}
const never = () => Promise.reject(new Error('It ran.'))

test('answers --help with the usage, and a command line that is wrong with a sentence before it', async () => {
  expect(await outcomeOf(['--help'], never)).toEqual([0, 'USAGE\n', ''])
  expect(await outcomeOf(['--wrong'], never)).toEqual([1, '', 'No such option.\n\nUSAGE\n'])
})

test.each([0, 1, 2] as const)('ends with the code %i that the command gives', async (code) => {
  expect(await outcomeOf(['a', 'b'], async ({ argv }) => (argv[0] === 'b' ? code : 1))).toEqual([code, '', ''])
})

test('tells what a command throws in a sentence', async () => {
  const faulty = () => Promise.reject(new CommandFault('FILE_GONE', 'The file is gone.'))
  expect(await outcomeOf([], faulty)).toEqual([1, '', 'FILE_GONE: The file is gone.\n'])
})
