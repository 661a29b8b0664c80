/** How one protocol puts an answer on the wire, for everybody who knows it by the same name there. */
export type Encoding = (payload: Buffer, name: string, cursor: unknown) => Buffer

/** One answer of a stream, written once for everybody who takes it. */
export class Frame {
  /** An ExecutionResult. */
  readonly json: string
  /** Behind this answer; undefined when its event carried none. */
  readonly cursor: unknown
  #payload: Buffer | undefined
  readonly #encoded = new Map<Encoding, { readonly name: string; readonly bytes: Buffer }>()

  constructor(json: string, cursor: unknown) {
    this.json = json
    this.cursor = cursor
  }

  /** Roughly what the frame holds in memory. */
  get size_bytes(): number {
    return this.json.length
  }

  /** Those who ask under one name after another get one and the same buffer, which nobody may change. */
  encoded(encoding: Encoding, name: string): Buffer {
    const known = this.#encoded.get(encoding)
    if (known?.name === name) return known.bytes
    this.#payload ??= Buffer.from(this.json)
    const bytes = encoding(this.#payload, name, this.cursor)
    this.#encoded.set(encoding, { name, bytes })
    return bytes
  }

  /** Keeps only what `encoded` can be made from again: a buffer kept would keep the pool that it was cut from. */
  forgetEncoded(): void {
    this.#payload = undefined
    this.#encoded.clear()
  }
}
