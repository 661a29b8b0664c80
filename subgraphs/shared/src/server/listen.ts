import { once } from 'node:events'
import { lstat, unlink } from 'node:fs/promises'
import { createConnection, type Server } from 'node:net'
import { StartupFault } from '../startup-fault.ts'

/**
 * Listens, and returns the port: the given one, or the one that the system chose for 0.
 * @throws StartupFault that says in a sentence why the port cannot be had
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  try {
    server.listen({ port, host })
    await once(server, 'listening')
  } catch (error) {
    throw new StartupFault(faultOf(error, port, host), { cause: error })
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/**
 * Listens on a unix socket, which whoever runs as the same user can connect to. What a killed process left behind is
 * taken away.
 * @throws StartupFault that says in a sentence why the socket cannot be had
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  try {
    if (await isLeftBehind(path)) await unlink(path)
    server.listen({ path })
    await once(server, 'listening')
  } catch (error) {
    const message =
      codeOf(error) === 'EADDRINUSE'
        ? `Something listens on the socket ${path}: stop it, or choose another path.`
        : `Cannot listen on the socket ${path}: ${error instanceof Error ? error.message : String(error)}.`
    throw new StartupFault(message, { cause: error })
  }
}

/** Whether there is a socket that nobody answers at. */
async function isLeftBehind(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (!found?.isSocket()) return false
  const probe = createConnection({ path })
  try {
    await once(probe, 'connect')
    return false
  } catch (error) {
    return codeOf(error) === 'ECONNREFUSED'
  } finally {
    probe.destroy()
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function faultOf(error: unknown, port: number, host: string): string {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') return `Port ${port} is in use: stop what listens there, or choose another port.`
  if (code === 'EACCES') return `Port ${port} may not be opened by this user: choose one above 1023.`
  return `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`
}
