import { createServer } from 'node:net'

/**
 * Below what systems give to outgoing connections and to whoever listens on port 0: one of those could be taken by
 * anybody between being found free here and being listened on there.
 */
const FIRST = 10_000
const COUNT = 20_000

/** Each process begins elsewhere, and hands no port out twice. */
let next = (process.pid * 101) % COUNT

/** `count` different ports of the loopback address that nobody listens on right now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = FIRST + next
    next = (next + 1) % COUNT
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
