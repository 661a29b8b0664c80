import { once } from 'node:events'
import { faultText } from '@carriergraph/shared/command/fault.ts'
import type { Output, Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { readStatement, type StatementFile } from '../read-statement.ts'
import { type CheckArguments, readArguments, USAGE } from './arguments.ts'
import { fileSource, readJson } from './files.ts'
import { fileText, lineText, refusalText } from './report.ts'

/** 0: the file holds; 2: it is refused; 1: it could not be read. */
type ExitCode = 0 | 1 | 2

/** `pnpm statement:check`: see USAGE. What the file holds goes to stdout, why it is refused to stderr. */
export async function statementCheck(
  argv: readonly string[],
  surroundings: Pick<Surroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  const read = readArguments(argv)
  if (!read.ok) {
    stderr.write(`${read.message}\n\n${USAGE}`)
    return 1
  }
  if (read.value === 'help') {
    stdout.write(USAGE)
    return 0
  }
  try {
    return await check(read.value, surroundings)
  } catch (error) {
    stderr.write(`${faultText(error)}\n`)
    return 1
  }
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
