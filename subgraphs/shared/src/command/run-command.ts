import type { ReadArguments } from './arguments.ts'
import { faultText } from './fault.ts'
import type { Surroundings } from './surroundings.ts'

/** 0: all is well; 2: what was looked at or worked on is not; 1: it failed. Each command's usage says it in its words. */
export type ExitCode = 0 | 1 | 2

export type Command<Arguments extends object> = {
  /** What --help shows, and what stands below a sentence about a command line that is wrong. */
  readonly usage: string
  readonly readArguments: (argv: readonly string[]) => ReadArguments<Arguments>
  readonly run: (options: Arguments) => Promise<ExitCode>
}

/** Runs a command: what it throws is told on stderr in a sentence, and is exit code 1. */
export async function runCommand<Arguments extends object>(
  argv: readonly string[],
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
  { usage, readArguments, run }: Command<Arguments>,
): Promise<ExitCode> {
  const read = readArguments(argv)
  if (!read.ok) {
    stderr.write(`${read.message}\n\n${usage}`)
    return 1
  }
  if (read.value === 'help') {
    stdout.write(usage)
    return 0
  }
  try {
    return await run(read.value)
  } catch (error) {
    stderr.write(`${faultText(error)}\n`)
    return 1
  }
}
