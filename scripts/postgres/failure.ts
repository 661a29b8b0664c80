export type PostgresStartCode =
  | 'PLATFORM_UNSUPPORTED'
  | 'NO_UNPRIVILEGED_USER'
  | 'NO_PASSWD_ENTRY'
  | 'MISSING_LIBRARY'
  | 'DISK_FULL'
  | 'SHARED_MEMORY'
  | 'PORT_IN_USE'
  | 'NOT_A_CLUSTER'
  | 'VERSION_MISMATCH'
  | 'NOT_OWNER'
  | 'WRONG_PASSWORD'
  | 'LOCKED'
  | 'STILL_STOPPING'
  | 'START_FAILED'
  | 'STOP_FAILED'

/** Why the embedded server is not there. `message` is one sentence that tells the reader what to do. */
export class PostgresStartError extends Error {
  override readonly name = 'PostgresStartError'
  readonly code: PostgresStartCode

  constructor(code: PostgresStartCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What the sentence needs to name. */
export interface FailureFacts {
  dataDir: string
  port?: number | undefined
  logFile?: string | undefined
}

interface Explanation {
  pattern: RegExp
  code: PostgresStartCode
  sentence: (match: RegExpExecArray, facts: FailureFacts) => string
}

const ELSEWHERE = 'or set DATABASE_URL_* to a PostgreSQL of your own'

/** In order of precedence: a full /dev/shm also says "No space left on device", and a taken port ends in a second, vaguer line. */
const EXPLANATIONS: Explanation[] = [
  {
    pattern: /error while loading shared libraries: ([^\s:]+)|Library not loaded: (\S+)/,
    code: 'MISSING_LIBRARY',
    sentence: (match) =>
      `Embedded PostgreSQL needs the library ${match[1] ?? match[2]}, which this machine lacks: reinstall with "pnpm install --force", install the system package that contains it, ${ELSEWHERE}.`,
  },
  {
    pattern: /version [`'](GLIBC_[\d.]+)' not found/,
    code: 'MISSING_LIBRARY',
    sentence: (match) =>
      `Embedded PostgreSQL needs a C library with ${match[1]}, newer than this machine's: use a newer system ${ELSEWHERE}.`,
  },
  {
    pattern:
      /(?:shared memory segment|semaphores)[^\n]*: (?:No space left on device|Cannot allocate memory|Invalid argument)/,
    code: 'SHARED_MEMORY',
    sentence: () =>
      `PostgreSQL got no shared memory or semaphores from the system: give the container more (--shm-size=256m), raise kernel.shmmni or kernel.sem, ${ELSEWHERE}.`,
  },
  {
    pattern: /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT|database or disk is full/,
    code: 'DISK_FULL',
    sentence: (_, { dataDir }) => `The disk that holds ${dataDir} is full: free at least 200 MB and start again.`,
  },
  {
    pattern: /could not create any TCP\/IP sockets/,
    code: 'PORT_IN_USE',
    sentence: (_, { port }) =>
      `PostgreSQL cannot listen on 127.0.0.1:${port}, the port is taken or reserved: stop the program that holds it or choose another port.`,
  },
  {
    pattern: /could not look up effective user ID (\d+)/,
    code: 'NO_PASSWD_ENTRY',
    sentence: (match) =>
      `User id ${match[1]} has no name on this machine, which PostgreSQL requires: start as a user listed in /etc/passwd ${ELSEWHERE}.`,
  },
  {
    pattern: /pre-existing shared memory block[^\n]*still in use|lock file "postmaster\.pid" already exists/,
    code: 'STILL_STOPPING',
    sentence: (_, { dataDir }) =>
      `Processes of an earlier PostgreSQL still work on ${dataDir}: wait until they have ended and start again.`,
  },
  {
    pattern:
      /EACCES|EPERM|EROFS|Permission denied|Read-only file system|unable to open database file|readonly database/,
    code: 'NOT_OWNER',
    sentence: (_, { dataDir }) =>
      `No right to write ${dataDir} and its neighbours: start as the user who created them, or remove them to begin anew.`,
  },
]

/** The line that tells most: the last FATAL, PANIC or error, else the last one. */
function tellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((candidate) => /FATAL|PANIC|error/i.test(candidate)) ?? lines.at(-1) ?? 'it said nothing'
  return line.replace(/^.*?(?:FATAL|PANIC|error):\s*/i, '').trim()
}

/** Turns what a PostgreSQL program printed before it gave up into one sentence. */
export function explainOutput(output: string, facts: FailureFacts): PostgresStartError {
  for (const { pattern, code, sentence } of EXPLANATIONS) {
    const match = pattern.exec(output)
    if (match) return new PostgresStartError(code, sentence(match, facts), { cause: output })
  }
  const log = facts.logFile === undefined ? '' : `; read ${facts.logFile}`
  return new PostgresStartError('START_FAILED', `PostgreSQL did not start: ${tellingLine(output)}${log}.`, {
    cause: output,
  })
}

/** The same for anything thrown on the way (a full disk, a missing right). An explained error passes unchanged. */
export function explainError(error: unknown, facts: FailureFacts): PostgresStartError {
  if (error instanceof PostgresStartError) return error
  const { code, message } = explainOutput(error instanceof Error ? error.message : String(error), facts)
  return new PostgresStartError(code, message, { cause: error })
}
