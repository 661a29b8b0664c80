import { CommandFault } from '@carriergraph/shared/command/fault.ts'
import type { Position } from './statement.ts'

/** Why a file of a bank is refused, and where in it, as far as that is known. */
export class PlacedFault<Code extends string> extends CommandFault<Code> {
  readonly position: Position | undefined

  constructor(code: Code, message: string, position?: Position) {
    super(code, message)
    this.position = position
  }
}
