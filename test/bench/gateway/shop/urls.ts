/** Where one subgraph of the shop listens. */
export interface SubgraphUrls {
  readonly tcp: string
  readonly unix: string
}
