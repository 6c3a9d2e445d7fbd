import type { BinaryNode, WAPatchName } from '@whiskeysockets/baileys'
import { child, children, el } from '../node.ts'
import { IqError, type IqHandlers } from './iq.ts'

const COLLECTIONS = ['critical_block', 'critical_unblock_low', 'regular_high', 'regular_low', 'regular']

/** App state: contact names and settings, as patches since the version that the companion has. */
export const syncHandlers: IqHandlers = {
  'w:sync:app:state set sync': (request, { world }) => {
    const answers = children(child(request, 'sync'), 'collection').map(collection => {
      const { name, version } = parse(collection)
      if (version > world.appState.version(name))
        throw new IqError(400, 'bad-request', `"${name}" has no v${version}`)
      return world.appState.since(name, version)
    })
    return [el('sync', {}, answers)]
  },
}

function parse(collection: BinaryNode): { name: WAPatchName; version: number } {
  const { name = '', version } = collection.attrs
  if (!isName(name)) throw new IqError(400, 'bad-request', `There is no collection "${name}"`)
  if (children(collection, 'patch').length > 0) {
    throw new IqError(501, 'feature-not-implemented', 'The simulated phone takes no changes of the app state')
  }
  return { name, version: Number(version) }
}

function isName(name: string): name is WAPatchName {
  return COLLECTIONS.includes(name)
}
