import { once } from 'node:events'
import type { Server } from 'node:net'
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

function faultOf(error: unknown, port: number, host: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `Port ${port} is in use: stop what listens there, or choose another port.`
  if (code === 'EACCES') return `Port ${port} may not be opened by this user: choose one above 1023.`
  return `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`
}
