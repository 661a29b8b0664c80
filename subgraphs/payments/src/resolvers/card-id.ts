import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'

/**
 * The id of a card in a query. Unlike other ids it is not repeated where it is none: whoever takes the card's number for
 * its id would find the number in an error.
 * @throws Refusal INVALID_ID
 */
export function cardIdIn(text: string): Id<'card'> {
  const id = readId('card', text, ['id'])
  if (!id.ok) throw Refusal.from(id)
  return id.value
}
