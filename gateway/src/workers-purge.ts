// A worker that is asked for a purge asks the first process, which has all workers purge and then says so.

import cluster, { type Worker } from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { within } from '@carriergraph/shared/server/in-flight.ts'
import { z } from 'zod'

/** A worker that does not purge in that time is busy or ending: the operator is told that it is not sure. */
const PURGE_MS_MAX = 10_000

/** From a worker, a wish or what became of an order; from the first process, an order or what became of a wish. */
const messageSchema = z.object({
  type: z.enum(['gateway:purge', 'gateway:purged']),
  id: z.string(),
  isDone: z.boolean().optional(),
})
type Message = z.infer<typeof messageSchema>

interface Purge {
  readonly asker: Worker
  readonly awaited: Set<Worker>
  isDone: boolean
}

/** In the first process: passes a worker's wish to purge on to all that serve. */
export function passPurgesOn(serving: ReadonlySet<Worker>): void {
  const purges = new Map<string, Purge>()

  function answered(id: string, worker: Worker, isDone: boolean): void {
    const purge = purges.get(id)
    if (purge === undefined) return
    purge.awaited.delete(worker)
    purge.isDone &&= isDone
    if (purge.awaited.size > 0) return
    purges.delete(id)
    send(purge.asker, { type: 'gateway:purged', id, isDone: purge.isDone })
  }

  cluster.on('message', (from, received: unknown) => {
    const { data: message } = messageSchema.safeParse(received)
    if (message === undefined) return
    const { type, id, isDone = false } = message
    if (type === 'gateway:purged') return answered(id, from, isDone)
    const awaited = new Set([...serving, from])
    purges.set(id, { asker: from, awaited, isDone: true })
    for (const worker of awaited) send(worker, { type, id })
  })
  // What it kept is gone with it.
  cluster.on('exit', (worker) => {
    for (const id of purges.keys()) answered(id, worker, true)
  })
}

/** In a worker: purges when it is told to, by `purge`. The function returned has all workers purge, this one included. */
export function joinPurges(purge: () => Promise<void>): () => Promise<void> {
  const wishes = new Map<string, (isDone: boolean) => void>()
  const tell = (message: Message): void => void process.send?.(message, undefined, undefined, ignored)

  process.on('message', (received) => {
    const { data: message } = messageSchema.safeParse(received)
    if (message === undefined) return
    const { type, id, isDone = false } = message
    if (type === 'gateway:purged') wishes.get(id)?.(isDone)
    else
      purge().then(
        () => tell({ type: 'gateway:purged', id, isDone: true }),
        () => tell({ type: 'gateway:purged', id, isDone: false }),
      )
  })

  return async () => {
    const id = randomUUID()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    wishes.set(id, resolve)
    tell({ type: 'gateway:purge', id })
    const isInTime = await within(promise, PURGE_MS_MAX)
    wishes.delete(id)
    if (!isInTime || !(await promise)) throw new Error('not every worker has purged what it keeps')
  }
}

function send(worker: Worker, message: Message): void {
  if (worker.isConnected()) worker.send(message, ignored)
}

/** Who cannot be told is ending, and is awaited no longer than that takes. */
const ignored = (): void => undefined
