import { createHash, randomBytes } from 'node:crypto'

/** Leaves room for prefix, run and clone within PostgreSQL's 63 bytes. */
const NAME = /^[a-z][a-z0-9_-]{0,30}$/

/** Names the databases and the role of one template of one run. Throws on a name that is no short lower-case word. */
export function templateNames(runId: string, name: string): { template: string; role: string } {
  if (!NAME.test(name)) throw new Error(`the name of a test database must match ${NAME}: ${JSON.stringify(name)}`)
  const base = `${runPrefix(runId)}${name}`
  return { template: base, role: base }
}

/** Unique on the server: two runs may share one. */
export function cloneName(template: string): string {
  return `${template}_${randomBytes(6).toString('hex')}`
}

/** Begins the name of everything that a run creates; what `dropRun` goes by. */
export const runPrefix = (runId: string): string => `test_${runId}_`

/** The same in every worker, and no easier to guess than the superuser's URL. */
export function rolePassword(serverUrl: string, role: string): string {
  return createHash('sha256').update(`${serverUrl}\n${role}`).digest('hex')
}

/** `serverUrl` with another database, and another user where one is given. */
export function databaseUrl(serverUrl: string, database: string, login?: { user: string; password: string }): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  if (login) {
    url.username = login.user
    url.password = login.password
  }
  return url.href
}
