import { shown } from '../../../statements/amounts.ts'
import type { ElementHandler, Leaf } from '../../../statements/camt/elements.ts'
import type { Position } from '../../../statements/statement.ts'
import { MessageFault } from '../fault.ts'
import type { Content, ElementRule } from './element.ts'
import { MESSAGES, type MessageName, messageOf } from './messages.ts'

/** What is told of a message whose structure holds so far. Paths begin below `Document`: `CstmrCdtTrfInitn/GrpHdr/MsgId`. */
export type MessageHandler = {
  message?(name: MessageName, position: Position): void
  open?(path: string, position: Position): void
  leaf(path: string, leaf: Leaf): void
  close?(path: string, position: Position): void
}

type Frame = {
  readonly name: string
  readonly content: Content
  /** Place of the last element in the rules, and how often it stood. */
  place: number
  count: number
}

/**
 * Holds a message against the rules of its structure, element by element; in memory is the way to the element in hand.
 * @throws MessageFault from its methods, at the first thing that does not hold
 */
export class StructureChecker implements ElementHandler {
  readonly #handler: MessageHandler
  readonly #frames: Frame[] = []
  /** Elements within an opaque one. */
  #opaqueDepth = 0

  constructor(handler: MessageHandler) {
    this.#handler = handler
  }

  root(name: string, namespace: string, position: Position): void {
    const message = messageOf(name, namespace, position)
    this.#handler.message?.(message, position)
    const content: Content = { kind: 'SEQUENCE', elements: [MESSAGES[message]] }
    this.#frames.push({ name, content, place: -1, count: 0 })
  }

  open(path: string, position: Position): void {
    const separator = path.lastIndexOf('/')
    if (separator === -1) return
    const parent = this.#frames.at(-1)
    if (this.#opaqueDepth > 0 || parent === undefined) {
      this.#opaqueDepth += 1
      return
    }
    const name = path.slice(separator + 1)
    const { content } = enter(parent, name, position)
    if (content.kind === 'OPAQUE') {
      this.#opaqueDepth = 1
      return
    }
    this.#frames.push({ name, content, place: -1, count: 0 })
    this.#handler.open?.(path.slice(ROOT.length), position)
  }

  leaf(path: string, leaf: Leaf): void {
    if (this.#opaqueDepth > 0) return
    const frame = this.#frames.at(-1)
    if (frame?.content.kind !== 'VALUE') {
      if (leaf.text === '') return
      throw new MessageFault('VALUE_INVALID', `${shown(leaf.text)} stands where there are elements.`, leaf.position)
    }
    const { type } = frame.content
    if (CONTROLS.test(leaf.text))
      throw new MessageFault('CHARACTER_NOT_ALLOWED', `${frame.name} has a control character.`, leaf.position)
    if (!type.isValid(leaf.text))
      throw new MessageFault('VALUE_INVALID', `${shown(leaf.text)} is not ${type.name}.`, leaf.position)
    if (type.hasCurrency && !/^[A-Z]{3}$/.test(leaf.currency ?? ''))
      throw new MessageFault('VALUE_INVALID', `${frame.name} names no currency.`, leaf.position)
    this.#handler.leaf(path.slice(ROOT.length), leaf)
  }

  close(path: string, position: Position): void {
    if (this.#opaqueDepth > 0) {
      this.#opaqueDepth -= 1
      return
    }
    const frame = this.#frames.pop()
    if (frame !== undefined) leave(frame, position)
    this.#handler.close?.(path.slice(ROOT.length), position)
  }
}

const ROOT = 'Document/'
const CONTROLS = /(?![\t\r\n])\p{Cc}/u

/** The rule of an element that opens in another. */
function enter(parent: Frame, name: string, position: Position): ElementRule {
  const rules = elementsOf(parent.content)
  const place = rules.findIndex((rule) => rule.name === name)
  const rule = rules[place]
  if (rule === undefined) throw new MessageFault('ELEMENT_UNKNOWN', `${parent.name} has no ${shown(name)}.`, position)
  if (place === parent.place) {
    parent.count += 1
    if (parent.count > rule.max) throw repeated(name, rule.max, position)
    return rule
  }
  if (parent.content.kind === 'CHOICE') {
    if (parent.place !== -1)
      throw new MessageFault('ELEMENT_REPEATED', `${parent.name} has one element only.`, position)
  } else {
    if (place < parent.place) {
      const after = rules[parent.place]?.name
      throw new MessageFault('ELEMENT_OUT_OF_ORDER', `${name} stands behind ${after}.`, position)
    }
    refuseMissing(rules.slice(parent.place + 1, place), parent.name, position)
  }
  parent.place = place
  parent.count = 1
  return rule
}

/** What has to have stood in an element that closes. */
function leave({ name, content, place }: Frame, position: Position): void {
  const rules = elementsOf(content)
  if (content.kind === 'SEQUENCE') refuseMissing(rules.slice(place + 1), name, position)
  if (content.kind === 'CHOICE' && place === -1) {
    const names = rules.map((rule) => rule.name).join(' or ')
    throw new MessageFault('ELEMENT_MISSING', `${name} has to have ${names}.`, position)
  }
}

function refuseMissing(rules: readonly ElementRule[], parent: string, position: Position): void {
  const missing = rules.find(({ min }) => min > 0)
  if (missing !== undefined)
    throw new MessageFault('ELEMENT_MISSING', `${parent} has to have ${missing.name}.`, position)
}

const repeated = (name: string, max: number, position: Position) =>
  new MessageFault('ELEMENT_REPEATED', `${name} stands here ${max} times at the most.`, position)

const elementsOf = (content: Content): readonly ElementRule[] => ('elements' in content ? content.elements : [])
