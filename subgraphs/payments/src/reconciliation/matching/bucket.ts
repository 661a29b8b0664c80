import { type PlacedLine, type PlacedMovement, type Pool, unsuspected, untaken } from './pool.ts'

/** What has one reference. */
export type Bucket = Sides & { readonly key: string }

export type Sides = { readonly lines: PlacedLine[]; readonly movements: PlacedMovement[] }

/** What each reference of a movement joins to it, by the lines' `keysOf`; what the fewest share comes first. */
export function bucketsOf(
  { lines, movements }: Pool,
  keysOf: (line: PlacedLine['line']) => readonly string[],
): Bucket[] {
  const byKey = new Map<string, Bucket>()
  for (const placed of movements)
    for (const key of new Set(placed.movement.references)) {
      const bucket = byKey.get(key)
      if (bucket === undefined) byKey.set(key, { key, lines: [], movements: [placed] })
      else bucket.movements.push(placed)
    }
  for (const placed of lines) for (const key of new Set(keysOf(placed.line))) byKey.get(key)?.lines.push(placed)
  return [...byKey.values()]
    .filter(({ lines }) => lines.length > 0)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || (a.key < b.key ? -1 : 1))
}

const sizeOf = ({ lines, movements }: Bucket): number => lines.length + movements.length

/** What no line and no movement was found for, but lines that are suspect, or torn. */
export const remaining = ({ key, lines, movements }: Bucket): Bucket => ({
  key,
  lines: unsuspected(lines),
  movements: untaken(movements),
})
