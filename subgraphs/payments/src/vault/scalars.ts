import { Refusal } from '@carriergraph/shared/refusal.ts'
import { GraphQLScalarType } from 'graphql'
import { SensitiveText } from './sensitive-text.ts'

/**
 * What is no text becomes an empty one, which no rule lets through: a scalar that refused a value would have it repeated
 * in the error. A literal is refused, because documents are kept and hashed where variables are not.
 */
const sensitive = (name: string): GraphQLScalarType<SensitiveText, string> =>
  new GraphQLScalarType({
    name,
    parseValue: (value) => new SensitiveText(typeof value === 'string' ? value : ''),
    parseLiteral() {
      // Not as a document that does not fit the schema: the gateway takes that for a fault of its own.
      throw new Refusal('BAD_USER_INPUT', `A ${name} is taken from variables alone.`)
    },
    serialize(value) {
      if (value instanceof SensitiveText) return value.reveal()
      throw new TypeError(`Not a ${name}.`)
    },
  })

export const cardScalars = { CardNumber: sensitive('CardNumber'), CardSecurityCode: sensitive('CardSecurityCode') }
