/** A row that a foreign key promises. @throws Error where it is missing: a bug, not a refusal */
export function present<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new Error(`${id} is referred to and is not there.`)
  return row
}
