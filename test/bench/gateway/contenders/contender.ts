/** A gateway, or what stands for one, that the bench starts as a process of its own. */
export interface Contender {
  readonly name: string
  readonly title: string
  /** The program and its arguments, which Node runs. */
  readonly program: readonly string[]
  /** Its environment beside PORT, SUPERGRAPH_FILE and SUBGRAPHS, a JSON object of URLs by name. */
  readonly env?: Readonly<Record<string, string>>
  /** How it reaches the subgraphs: `tcp` unless it says so. */
  readonly transport?: 'tcp' | 'unix'
  /** Why it cannot run here; undefined where it can. */
  readonly missing?: () => string | undefined
}
