import type { Supergraph } from '@apollo/federation-internals'

/** One `@listSize`: how long a list may be, without asking for it. */
export interface ListSize {
  readonly assumedSize: number | undefined
  /** Arguments, all of type Int, that bound the list: `first`. */
  readonly slicingArguments: readonly string[]
  /** Fields of the answered object that are the list; none when the field is the list itself. */
  readonly sizedFields: ReadonlySet<string>
  readonly requireOneSlicingArgument: boolean
}

/** The cost directives of a composed supergraph, by schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostDirectives {
  /** `@cost(weight:)`, never below 0: more of anything must not make an operation cheaper. */
  readonly weight: (coordinate: string) => number | undefined
  readonly listSize: (coordinate: string) => ListSize | undefined
}

const COST_SPEC = 'https://specs.apollo.dev/cost'

/** Reads `@cost` and `@listSize`, under whichever names the supergraph's subgraphs have imported them. */
export function readCostDirectives({ schema }: Supergraph): CostDirectives {
  const feature = schema.coreFeatures?.getByIdentity(COST_SPEC)
  const applied = (name: string) => {
    const definition = feature && schema.directive(feature.directiveNameInSchema(name))
    return [...(definition?.applications() ?? [])].map((application) => {
      // Federation's schema elements that can carry these directives all have a coordinate; the type does not say so.
      const { coordinate } = application.parent as unknown as { readonly coordinate: string }
      return [coordinate, application.arguments(true)] as const
    })
  }
  const weights = new Map(applied('cost').map(([coordinate, { weight }]) => [coordinate, Math.max(0, Number(weight))]))
  const listSizes = new Map(applied('listSize').map(([coordinate, options]) => [coordinate, listSizeOf(options)]))
  return {
    weight: (coordinate) => weights.get(coordinate),
    listSize: (coordinate) => listSizes.get(coordinate),
  }
}

const listSizeOf = ({
  assumedSize,
  slicingArguments,
  sizedFields,
  requireOneSlicingArgument,
}: Readonly<Record<string, unknown>>): ListSize => ({
  assumedSize: typeof assumedSize === 'number' && assumedSize >= 0 ? assumedSize : undefined,
  slicingArguments: strings(slicingArguments),
  sizedFields: new Set(strings(sizedFields)),
  requireOneSlicingArgument: requireOneSlicingArgument !== false,
})

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
