import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

/** The files have 10 to 60 MB; as a tree they would need several times that. */
const HEAP_MB = 32

test.each(['camt', 'MT940', 'CSV'])(
  '100,000 lines of %s are read with little memory',
  async (format) => {
    const worker = new Worker(new URL('large.fixture.ts', import.meta.url), {
      workerData: format,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 8 },
    })
    // A worker without memory is an error, which `once` throws.
    const [held] = await once(worker, 'message')
    expect(held).toEqual({ lines: 100_000, sum: 100_000n })
    await worker.terminate()
  },
  120_000,
)
