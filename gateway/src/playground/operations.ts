import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { PlaygroundTab } from './config.ts'

export const OPERATIONS_DIRECTORY = join(import.meta.dirname, '../../../schema/operations')

const VARIABLES_SUFFIX = '.variables.json'

/** The text of the first comment line, undefined when an operation begins without one. */
function titleOf(query: string): string | undefined {
  const firstLine = query.trimStart().split('\n', 1)[0] ?? ''
  return /^#+\s*(\S.*?)\s*$/.exec(firstLine)?.[1]
}

/** Variables as text for the editor, checked so that a slip is found when the gateway starts and not by a user. */
function checkedVariables(text: string, file: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${file} must hold one JSON object, from variable names to values`)
  }
  return text.trim()
}

/**
 * Reads example operations into tabs, in the order of their file names: `<name>.graphql`, whose first comment line is
 * the title, with its variables in `<name>.variables.json` beside it if it takes any.
 *
 * @throws when a variables file holds no JSON object or belongs to no operation
 */
export async function readOperations(directory: string = OPERATIONS_DIRECTORY): Promise<readonly PlaygroundTab[]> {
  const files = (await readdir(directory)).sort()
  const orphan = files.find(
    (file) => file.endsWith(VARIABLES_SUFFIX) && !files.includes(`${basename(file, VARIABLES_SUFFIX)}.graphql`),
  )
  if (orphan !== undefined) throw new Error(`${join(directory, orphan)} belongs to no operation`)
  const readTab = async (file: string): Promise<PlaygroundTab> => {
    const name = basename(file, '.graphql')
    const query = await readFile(join(directory, file), 'utf8')
    const variablesFile = join(directory, name + VARIABLES_SUFFIX)
    const variables = files.includes(basename(variablesFile))
      ? checkedVariables(await readFile(variablesFile, 'utf8'), variablesFile)
      : ''
    return { name: titleOf(query) ?? name, query: query.trimEnd(), variables }
  }
  return Promise.all(files.filter((file) => file.endsWith('.graphql')).map(readTab))
}
