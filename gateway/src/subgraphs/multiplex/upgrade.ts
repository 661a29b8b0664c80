import { GatheredBytes } from '@carriergraph/shared/multiplex/gathered-bytes.ts'
import { MULTIPLEX_PROTOCOL } from '@carriergraph/shared/multiplex/protocol.ts'
import { readHead } from '../http/answer-head.ts'

const HEAD_BYTES_MAX = 16_384

const HEAD_END = Buffer.from('\r\n\r\n')

const AGREES = new RegExp(`\\r\\nupgrade:[\\t ]*${MULTIPLEX_PROTOCOL}[\\t ]*(?:\\r\\n|$)`, 'i')

/** Reads what a subgraph answers to the request for an upgrade. */
export class UpgradeReader {
  readonly #bytes = new GatheredBytes()

  /** @returns what came behind the agreement */
  push(input: Buffer): Buffer | 'refused' | 'unfinished' {
    this.#bytes.push(input)
    const { bytes } = this.#bytes
    const end = bytes.indexOf(HEAD_END)
    if (end < 0) return bytes.length > HEAD_BYTES_MAX ? 'refused' : 'unfinished'
    const text = bytes.toString('latin1', 0, end)
    if (readHead(text)?.status !== 101 || !AGREES.test(text)) return 'refused'
    return bytes.subarray(end + HEAD_END.length)
  }
}
