/** Thrown while a request is answered that something else came for than was prepared for; nobody else sees it. */
export class Surprise extends Error {}

/** Always the same one: nobody asks where it came from, and to find that out takes longer than all else. */
const SURPRISE = new Surprise()

export function surprised(): never {
  throw SURPRISE
}
