import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { SHOP } from './shop.ts'

/** The shop's supergraph, with its subgraphs where they listen. */
export function composeShop(urls: ReadonlyMap<string, string>): string {
  const { supergraphSdl, errors } = composeServices(
    SHOP.map(({ name, typeDefs }) => ({ name, url: urls.get(name) ?? '', typeDefs: parse(typeDefs) })),
  )
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'))
  return supergraphSdl
}
