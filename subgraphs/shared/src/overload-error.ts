/** More is asked for than can be done in time. Told to clients as OVERLOADED: the same may be asked for again shortly. */
export class OverloadError extends Error {
  override name = 'OverloadError'
}
