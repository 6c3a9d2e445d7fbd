import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Companion } from '../companion.ts'
import type { Wire } from '../wire.ts'
import type { World } from '../world.ts'

/** A refusal in the server's words, `<error code text/>`; `reason` is for the tests' record. */
export class IqError extends Error {
  readonly code: number
  readonly text: string
  /** A client could not know better: nothing to be surprised at. */
  readonly everyday: boolean

  constructor(code: number, text: string, reason = text, { everyday = code === 404 } = {}) {
    super(reason)
    this.code = code
    this.text = text
    this.everyday = everyday
  }
}

export interface IqContext {
  world: World
  companion: Companion
  wire: Wire
}

/** Answers a request with the children of its result, or not at all, or throws an IqError. */
export type IqHandler = (
  request: BinaryNode,
  context: IqContext,
) => BinaryNode[] | undefined | Promise<BinaryNode[]>

/** Handlers by `xmlns type first-child`, as in `encrypt get count`; without children `xmlns type`. */
export type IqHandlers = Record<string, IqHandler>
