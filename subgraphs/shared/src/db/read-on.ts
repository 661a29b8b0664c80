/**
 * All rows of a list that is read page by page, each from behind the last row of the one before: whatever is done about a
 * row meanwhile moves no other off its page.
 * @param limit of a page: a shorter one is the last
 */
export async function* readOn<Row>(
  limit: number,
  readPage: (page: { readonly after: Row | undefined; readonly limit: number }) => Promise<readonly Row[]>,
): AsyncGenerator<Row, void> {
  for (let after: Row | undefined; ; ) {
    const rows = await readPage({ after, limit })
    yield* rows
    if (rows.length < limit) return
    after = rows.at(-1)
  }
}
