import { checkRegistration } from '../../domain/registration.ts'
import { registerUser as register } from '../../flow/register-user.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { errorOf } from '../error.ts'
import { provenanceOf } from '../provenance.ts'

export const registerUser: NonNullable<MutationResolvers['registerUser']> = async (_parent, { input }, context) => {
  const registration = checkRegistration(input)
  const registered = registration.ok
    ? await register(context.db, registration.value, provenanceOf(context))
    : registration
  return registered.ok ? { user: registered.value, errors: [] } : { user: null, errors: [errorOf(registered)] }
}
