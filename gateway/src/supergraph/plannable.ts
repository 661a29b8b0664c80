import { type ConstDirectiveNode, type DocumentNode, isTypeDefinitionNode, Kind, print, visit } from 'graphql'
import { contextSelections } from './contexts.ts'
import { argumentText, fieldsIn, JOIN_FIELD, JOIN_TYPE, parseFieldSet } from './join-directives.ts'
import { type Requirements, readRequirements } from './requirements.ts'
import { addStandIns, type StandIns } from './stand-ins.ts'

/** A supergraph as a planner is given it. It holds plain data alone, so that it can go to another thread. */
export interface PlannableSupergraph extends Requirements {
  readonly sdl: string
  readonly standIns: StandIns
  /** Names under which plans ask on their own behalf: the fields of keys, requirements and contextual arguments. */
  readonly ownNames: ReadonlySet<string>
  /** Interfaces that some subgraph knows as objects. */
  readonly interfaceObjects: ReadonlySet<string>
}

/**
 * Says what the supergraph says in a form that Apollo's planner understands right.
 *
 * - It asks for what a `@requires` or a contextual argument names under the field's own name, whatever the client or
 *   another one of these asks for under the same name with other arguments, and keeps one of them: each such field gets
 *   a stand-in.
 * - It identifies an entity that it asks for required fields by the first key of the subgraph, resolvable or not: the
 *   resolvable ones come first.
 */
export function plannableSupergraph(sdl: DocumentNode): PlannableSupergraph {
  const { document, standIns } = addStandIns(resolvableKeysFirst(sdl))
  const requirements = readRequirements(document)
  const interfaceObjects = interfaceObjectsOf(document)
  return { sdl: print(document), ownNames: ownNames(document), interfaceObjects, standIns, ...requirements }
}

const interfaceObjectsOf = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions
      .filter(isTypeDefinitionNode)
      .filter(({ directives = [] }) =>
        directives.some((directive) => directive.name.value === JOIN_TYPE && isGiven(directive, 'isInterfaceObject')),
      )
      .map(({ name }) => name.value),
  )

function resolvableKeysFirst(sdl: DocumentNode): DocumentNode {
  return {
    ...sdl,
    definitions: sdl.definitions.map((definition) => {
      if (!isTypeDefinitionNode(definition) || definition.directives === undefined) return definition
      return { ...definition, directives: definition.directives.toSorted((a, b) => rank(a) - rank(b)) }
    }),
  }
}

const rank = (directive: ConstDirectiveNode): number => {
  if (directive.name.value !== JOIN_TYPE) return 0
  return isGiven(directive, 'resolvable', false) ? 1 : 0
}

function isGiven(directive: ConstDirectiveNode, name: string, expected = true): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.BOOLEAN && value.value === expected
}

function ownNames(sdl: DocumentNode): ReadonlySet<string> {
  const names = new Set(['__typename'])
  visit(sdl, {
    Directive(node) {
      const fields =
        node.name.value === JOIN_TYPE
          ? argumentText(node, 'key')
          : node.name.value === JOIN_FIELD
            ? argumentText(node, 'requires')
            : undefined
      // A schema's directives take constants.
      const contextual = contextSelections(node as ConstDirectiveNode)
      const own = fields === undefined ? [] : [parseFieldSet(fields)]
      for (const { name } of [...own, ...contextual].flatMap(fieldsIn)) names.add(name.value)
    },
  })
  return names
}
