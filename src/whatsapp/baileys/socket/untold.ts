import { ALL_WA_PATCH_NAMES, type BinaryNode, proto, type WASocket } from '@whiskeysockets/baileys'
import { childOf, childrenOf } from '../node.ts'
import { toNumber } from '../parse/context.ts'

/** Milliseconds. */
export interface UntoldTimes {
  /** Between two looks, and of quiet before one; later at half the quiet, at most `longest`. */
  readonly shortest: number
  readonly longest: number
  /** Within which the server tells of a change. */
  readonly late: number
}

export const UNTOLD: UntoldTimes = { shortest: 2 * 60_000, longest: 10 * 60_000, late: 20_000 }

/** What the server has of a collection. */
interface Answer {
  readonly name: string
  /** The version that was asked from, and the newest that was answered. */
  readonly before: number
  readonly version: number
  /** Nothing newer is left for a further answer. */
  readonly isWhole: boolean
}

type Sock = Pick<WASocket, 'query' | 'authState'>

/**
 * Looks whether the owner's phone has changed something of which the server has told us nothing. Of every change of the
 * app state (a chat read, archived or muted, a contact named) it tells all other devices by a notification
 * `server_sync`; but it can be asked for, too, and answers on a connection that routes nothing (lib/Socket/chats.js,
 * `resyncAppState`; whatsmeow, appstate.go, `fetchAppStatePatches`). What comes as an answer and not by itself is a
 * sign that nothing comes by itself. Nobody notices the question, and nothing is taken from what it brings.
 *
 * What the first look of a connection finds is no sign: a patch that Baileys could not apply is answered each time. One
 * answer need not hold all (`has_more_patches`): the first look goes on until one is the last. Nor is it a sign what
 * Baileys has fetched by itself in the meantime, as after a change of our own.
 */
export class Untold {
  readonly #sock: Sock
  readonly #times: UntoldTimes
  readonly #now: () => number
  /** Versions that the server has had. */
  readonly #seen = new Map<string, number>()
  /** The collections of which the last look has seen all that there was. */
  readonly #whole = new Set<string>()
  /** And those that it has told of. */
  readonly #told = new Map<string, number>()
  #lookedAt = Number.NEGATIVE_INFINITY
  #isLooking = false

  constructor(sock: Sock, times: UntoldTimes = UNTOLD, now: () => number = () => performance.now()) {
    this.#sock = sock
    this.#times = times
    this.#now = now
  }

  /** The server tells of a change. */
  told(node: BinaryNode): void {
    for (const { tag, attrs } of childrenOf(node)) {
      const { name, version } = attrs
      if (tag === 'collection' && name !== undefined) this.#told.set(name, Number(version))
    }
  }

  /**
   * @param quiet for how long nothing has been passed on, in milliseconds
   * @param onSign called when something was not told
   */
  lookIfDue(quiet: number, onSign: () => void): void {
    const { shortest, longest } = this.#times
    const isFirst = this.#lookedAt === Number.NEGATIVE_INFINITY
    const pause = Math.min(longest, Math.max(shortest, quiet / 2))
    if (this.#isLooking || (!isFirst && (quiet < shortest || this.#now() - this.#lookedAt < pause))) return
    this.#isLooking = true
    this.#look()
      .then(
        isSign => isSign && onSign(),
        () => undefined,
      )
      .finally(() => {
        this.#lookedAt = this.#now()
        this.#isLooking = false
      })
  }

  async #look(): Promise<boolean> {
    const changed: [string, number][] = []
    for (const { name, before, version, isWhole } of await this.#ask()) {
      if (this.#whole.has(name) && version > before) changed.push([name, version])
      this.#seen.set(name, version)
      if (isWhole) this.#whole.add(name)
      else this.#whole.delete(name)
    }
    if (changed.length === 0) return false
    // It may be on its way.
    await new Promise(resolve => setTimeout(resolve, this.#times.late).unref())
    return changed.some(([name, version]) => !((this.#told.get(name) ?? 0) >= version))
  }

  /** The newest versions that the server has of what we have. */
  async #ask(): Promise<Answer[]> {
    const { query, authState } = this.#sock
    const stored = await authState.keys.get('app-state-sync-version', [...ALL_WA_PATCH_NAMES])
    const known = ALL_WA_PATCH_NAMES.flatMap((name): [string, number][] => {
      const version = Math.max(stored[name]?.version ?? 0, this.#seen.get(name) ?? 0)
      return version > 0 ? [[name, version]] : []
    })
    if (known.length === 0) return []
    const collections = known.map(([name, version]) => ({
      tag: 'collection',
      attrs: { name, version: String(version), return_snapshot: 'false' },
    }))
    const answer: BinaryNode = await query({
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', xmlns: 'w:sync:app:state', type: 'set' },
      content: [{ tag: 'sync', attrs: {}, content: collections }],
    })
    const found = childrenOf(childOf(answer, 'sync'))
    return known.map(([name, before]) => {
      const collection = found.find(({ attrs }) => attrs['name'] === name)
      const version = Math.max(before, ...versionsIn(collection, before))
      return { name, before, version, isWhole: collection?.attrs['has_more_patches'] !== 'true' }
    })
  }
}

const versionsIn = (collection: BinaryNode | undefined, before: number): number[] => {
  return [...childrenOf(collection), ...childrenOf(childOf(collection, 'patches'))]
    .filter(({ tag }) => tag === 'patch')
    .map(({ content }, index) => {
      const patch = content instanceof Uint8Array ? proto.SyncdPatch.decode(content) : undefined
      return toNumber(patch?.version?.version) ?? before + index + 1
    })
}
