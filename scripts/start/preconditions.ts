import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { StartError } from './start-error.ts'

/** A new cluster, its write-ahead log and the playground's bundle take about 250 MB; the rest is room to work. */
const FREE_BYTES_MIN = 500 * 1024 * 1024

/** Refuses to start where the disk that holds `directory` is nearly full. Creates the directory. */
export async function requireDiskSpace(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize >= FREE_BYTES_MIN) return
  const megabytes = Math.floor((bavail * bsize) / 1024 / 1024)
  throw new StartError(
    `The disk that holds ${directory} has ${megabytes} MB left and CarrierGraph needs ${FREE_BYTES_MIN / 1024 / 1024} MB: make room and run the command again.`,
  )
}

/** Refuses to start where one of the ports is taken. `ports` maps what listens there to its port. */
export async function requireFreePorts(ports: ReadonlyMap<string, { port: number; variable: string }>): Promise<void> {
  for (const [what, { port, variable }] of ports) {
    if (await isFree(port)) continue
    throw new StartError(
      `Port ${port}, where ${what} would listen, is in use: stop what listens there or choose another with ${variable}=….`,
    )
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
