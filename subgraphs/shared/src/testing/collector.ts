import { Writable } from 'node:stream'
import type { Output } from '../command/surroundings.ts'

/** A stream that a command writes to, and all that was written. @param onWrite called at each piece, once it is part of that */
export function collector({
  isTTY = false,
  onWrite,
}: {
  readonly isTTY?: boolean
  readonly onWrite?: (() => void) | undefined
} = {}): {
  readonly output: Output
  text(): string
} {
  const chunks: string[] = []
  const output = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk))
      onWrite?.()
      done()
    },
  })
  return { output: Object.assign(output, { isTTY }), text: () => chunks.join('') }
}
