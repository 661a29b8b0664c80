import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on the loopback address. @returns the port, which the system chooses where it is 0 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
