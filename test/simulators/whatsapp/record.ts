import type { BinaryNode } from '@whiskeysockets/baileys'

/** Everything that came from the companion, and what of it the server did not expect. */
export class Recorder {
  /** Every stanza received, in order. */
  readonly requests: BinaryNode[] = []
  /** `<presence>` and `<chatstate>`: a bridge should only ever say `unavailable`. */
  readonly presences: BinaryNode[] = []
  /** Requests that the simulator does not know or refuses to take for right, in words. */
  readonly unexpected: string[] = []
  /** Decryption failures and the like: expected in some tests, worth a look in others. */
  readonly problems: string[] = []
  /** Messages that the companion refused, with its error code. */
  readonly nacks: { id: string; error: string }[] = []
  readonly #ids = new Set<string>()

  take(node: BinaryNode): void {
    this.requests.push(node)
    if (node.tag === 'presence' || node.tag === 'chatstate') this.presences.push(node)
  }

  surprise(what: string): void {
    this.unexpected.push(what)
  }

  problem(what: string): void {
    this.problems.push(what)
  }

  /** True when this request's id was not used before on any connection of the companion. */
  isNewRequest(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    return true
  }
}

/** A stanza on one line, without bytes and contents: for messages to the developer. */
export function describeNode(node: BinaryNode): string {
  const attrs = Object.entries(node.attrs).map(([name, value]) => ` ${name}="${value}"`)
  const inner = Array.isArray(node.content) ? node.content.map(describeNode).join('') : ''
  return `<${node.tag}${attrs.join('')}>${inner}`
}
