import { makeFindMessage } from '../../src/bridge/receive.ts'
import { openMiddle } from '../bridge/middle.ts'
import { tempStore } from '../store/temp-store.ts'
import { Linked } from '../whatsapp/baileys/linked.ts'
import type { recordingLog } from './knowing-store.ts'

interface WholeWay {
  readonly telegram: Parameters<typeof openMiddle>[1]
  /** Where Alice and her team are mapped to. */
  readonly chats: readonly [number, number]
  readonly log: Awaited<ReturnType<typeof recordingLog>>
}

/** From phone to Telegram and back through the real parts: somebody and a group of theirs, each mapped to a chat; started. */
export const openWholeWay = async ({ telegram, chats: [home, club], log: { logger } }: WholeWay) => {
  await using opened = new AsyncDisposableStack()
  const store = opened.use(tempStore())
  const options = { log: logger, logger, ownerChat: () => 'telegram:7001' as const }
  const middle = opened.use(openMiddle(store, telegram, { ...options, whatsapp: () => linked.connection }))
  const linked: Linked = opened.use(
    await Linked.unlinked({
      sessions: store.session('baileys'),
      inbox: middle.inbox,
      findMessage: makeFindMessage(store),
      logger,
    }),
  )
  const alice = linked.wa.addContact({ name: 'Alice', phone: '15550774411', lid: '900000000774411' })
  const team = linked.wa.addGroup({ subject: 'Team', participants: [alice] })
  await linked.login()
  store.mappings.add({ whatsapp: `whatsapp:${alice.lid}`, telegram: `telegram:${home}` })
  store.mappings.add({ whatsapp: `whatsapp:${team.jid}`, telegram: `telegram:${club}` })
  await middle.start()
  await linked.start()
  const stack = opened.move()
  return { linked, alice, team, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
