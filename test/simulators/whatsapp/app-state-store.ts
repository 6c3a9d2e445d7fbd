import type { BinaryNode, WAPatchName } from '@whiskeysockets/baileys'
import {
  type CollectionState,
  collectionNode,
  emptyCollection,
  encodeCollection,
  type Mutation,
  makeAppStateKey,
} from './app-state.ts'

interface Collection {
  state: CollectionState
  /** The patch at index n leads from version n to n + 1. */
  patches: Buffer[]
  waiting: Mutation[]
  /** What becomes of the patches of the next answer. */
  spoil: ((patch: Buffer) => Buffer) | undefined
}

/** The collections that the server keeps for the account. Changes are sealed into a patch when somebody asks. */
export class AppStateStore {
  readonly key = makeAppStateKey()
  readonly #collections = new Map<WAPatchName, Collection>()

  add(name: WAPatchName, mutation: Mutation): void {
    this.#collection(name).waiting.push(mutation)
  }

  /** The next answer brings the patches of a collection like that, and the one behind it as they are. */
  spoilNext(name: WAPatchName, spoil: (patch: Buffer) => Buffer): void {
    this.#collection(name).spoil = spoil
  }

  /** The version after everything that was added. */
  version(name: WAPatchName): number {
    return this.#sealed(name).state.version
  }

  /** `<collection>` with the patches after `version`. */
  since(name: WAPatchName, version: number): BinaryNode {
    const collection = this.#sealed(name)
    const { state, patches, spoil = patch => patch } = collection
    collection.spoil = undefined
    return collectionNode(name, { version: state.version, patches: patches.slice(version).map(spoil) })
  }

  #sealed(name: WAPatchName): Collection {
    const collection = this.#collection(name)
    if (collection.waiting.length > 0) {
      const mutations = collection.waiting.splice(0)
      const { state, patch } = encodeCollection(name, mutations, { key: this.key, before: collection.state })
      collection.state = state
      collection.patches.push(patch)
    }
    return collection
  }

  #collection(name: WAPatchName): Collection {
    const known = this.#collections.get(name)
    if (known) return known
    const collection = { state: emptyCollection(), patches: [], waiting: [], spoil: undefined }
    this.#collections.set(name, collection)
    return collection
  }
}
