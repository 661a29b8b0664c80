/** What became of the lines alike that one statement tells. */
export type AlikeLines = {
  /** How many there are, whatever became of each. */
  readonly told: number
  /** How many stand for themselves. */
  readonly standing: number
  /** Those that tell no movement of their own, by uuid: a notification stands for each, or did. */
  readonly toldAgain: readonly string[]
}

/**
 * Whether as many movements alike stand as the statement says that tells most of them.
 * @param statements that tell of the same days
 * @param backed of the lines that were told again, those for which a notification stands
 * @param without how many of those that stand for themselves are to be dismissed
 */
export function enoughStand(
  statements: readonly AlikeLines[],
  { backed, without }: { readonly backed: ReadonlySet<string>; readonly without: number },
): boolean {
  const required = Math.max(1, ...statements.map(({ told }) => told))
  const standing = statements.reduce(
    (sum, one) => sum + one.standing + one.toldAgain.filter((id) => backed.has(id)).length,
    0,
  )
  return standing - without >= required
}
