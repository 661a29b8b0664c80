import { stackOf } from '@carriergraph/shared/db/without-values.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { PostgresStartError } from '../postgres/failure.ts'

/** What to tell the person at the terminal: one sentence where the fault is theirs to mend, else the stack. */
export function errorText(error: unknown): string {
  if (error instanceof StartupFault || error instanceof PostgresStartError) return error.message
  return fileFault(error) ?? stackOf(error)
}

/** The sentence for a file that cannot be read or written, whoever met it. */
function fileFault(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `There is no room left for ${error.path}: make room on that disk and run the command again.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${error.path} may not be written by this user: start as the user who owns it, or choose another folder with CARRIERGRAPH_HOME=….`
    case 'EEXIST':
    case 'ENOTDIR':
      return `${error.path} is not a folder: remove it, or choose another with CARRIERGRAPH_HOME=….`
    default:
      return undefined
  }
}
