import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { checkRegistration } from '../../domain/registration.ts'
import { registerUser as register } from '../../flow/register-user.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const registerUser: NonNullable<MutationResolvers['registerUser']> = async (_parent, { input }, context) => {
  const registration = checkRegistration(input)
  const registered = registration.ok
    ? await register(context.db, registration.value, provenanceOf(context))
    : registration
  return registered.ok ? { user: registered.value, errors: [] } : { user: null, errors: [payloadError(registered)] }
}
