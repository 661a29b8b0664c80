import { readFile } from 'node:fs/promises'
import type { Log } from '@carriergraph/shared/log.ts'
import { watchText } from '../watch-text.ts'
import type { DegradeRules } from './degrade-rules.ts'
import { parseDegradeRules } from './rule.ts'

export interface RulesFileOptions {
  readonly path: string
  readonly poll_ms: number
  readonly rules: Pick<DegradeRules, 'replace'>
  readonly log: Pick<Log, 'error'>
}

/**
 * Puts the rules of a file in force, and again whenever it has changed, until it is told to stop. A later file that is
 * at fault leaves the rules before it in force.
 * @throws Error that names the file when there are no rules in it to start with
 */
export async function followRulesFile({ path, poll_ms, rules, log }: RulesFileOptions): Promise<AsyncDisposable> {
  const changed = (text: string): void => rules.replace(parseDegradeRules(text), path)
  let present: string
  try {
    present = await readFile(path, 'utf8')
    changed(present)
  } catch (error) {
    throw new Error(`cannot take the degrade rules in ${path}`, { cause: error })
  }
  return watchText({
    path,
    present,
    poll_ms,
    changed,
    failed: (error) => log.error({ err: error, path }, 'the degrade rules cannot be taken; those before stay in force'),
  })
}
