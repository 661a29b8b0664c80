import { once } from 'node:events'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import type { Output, Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { readStatement, type StatementFile } from '../read-statement.ts'
import { type CheckArguments, readArguments, USAGE } from './arguments.ts'
import { fileSource, readJson } from './files.ts'
import { fileText, lineText, refusalText } from './report.ts'

/** `pnpm statement:check`: see USAGE. What the file holds goes to stdout, why it is refused to stderr. */
export function statementCheck(
  argv: readonly string[],
  surroundings: Pick<Surroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run: (options) => check(options, surroundings) })
}

async function check(
  { file, mapping, printsLines }: CheckArguments,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const source = await fileSource(file)
  const options = mapping === undefined ? {} : { mapping: await readJson(mapping) }
  const result = await readStatement(source, options)
  if (!result.ok) {
    stderr.write(refusalText(result))
    return 2
  }
  stdout.write(fileText(result.value))
  if (printsLines) await printLines(result.value, stdout)
  return 0
}

async function printLines(file: StatementFile, stdout: Output): Promise<void> {
  // Of a file of gigabytes, what is read waits for what is printed.
  for await (const line of file.read()) if (!stdout.write(lineText(line))) await once(stdout, 'drain')
}
