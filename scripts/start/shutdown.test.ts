import { PassThrough } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { stepsOn } from './progress.ts'
import { interruptionOf, type Part, stopAll } from './shutdown.ts'

const part = (name: string, stop = vi.fn(async () => {})) => ({ name, stop, kill: vi.fn() }) satisfies Part

describe('requests to stop', () => {
  function interrupted() {
    const parts = [part('network'), part('gateway')]
    const exit = vi.fn()
    let now = 0
    const { signal, request } = interruptionOf(parts, () => now, exit)
    const at = (ms: number) => {
      now = ms
      request()
      return { stops: signal.aborted, kills: parts.map(({ kill }) => kill.mock.calls.length), exits: exit.mock.calls }
    }
    return { at }
  }

  test('that arrive together are one Ctrl-C, which stops in order', () => {
    const { at } = interrupted()
    for (const ms of [5_000, 5_001, 5_040, 5_999]) expect(at(ms)).toEqual({ stops: true, kills: [0, 0], exits: [] })
  })

  test('that are repeated later kill the services, and then give up', () => {
    const { at } = interrupted()
    at(0)
    expect(at(1_000)).toEqual({ stops: true, kills: [1, 1], exits: [] })
    expect(at(2_000)).toEqual({ stops: true, kills: [1, 1], exits: [[130]] })
  })
})

describe('stopping', () => {
  const step = stepsOn(new PassThrough())

  test('goes from the last started to the first, one after the other', async () => {
    const order: string[] = []
    const parts = ['postgres', 'network', 'gateway'].map((name) =>
      part(
        name,
        vi.fn(async () => {
          order.push(`${name} stops`)
          await Promise.resolve()
          order.push(`${name} stopped`)
        }),
      ),
    )
    expect(await stopAll(parts, step)).toEqual({ ok: true })
    expect(order).toEqual(['gateway', 'network', 'postgres'].flatMap((name) => [`${name} stops`, `${name} stopped`]))
  })

  test('goes on past a part that does not stop, and says so in the end', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const postgres = part('postgres')
    const stuck = part(
      'gateway',
      vi.fn(() => Promise.reject(new Error('it does not stop'))),
    )
    expect(await stopAll([postgres, stuck], step)).toEqual({ ok: false })
    expect(postgres.stop).toHaveBeenCalledOnce()
    expect(told).toHaveBeenCalledWith(expect.stringContaining('it does not stop'))
    told.mockRestore()
  })
})
