import type { BridgeEvent } from '../../src/bridge/event.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import type { BotRights } from '../simulators/telegram/types.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { chat } from './conversation.ts'
import { openMiddle } from './middle.ts'

/** A group in Telegram, and bridges to it that work in turn. */
export const openGroup = async (botRights: BotRights = {}) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const group = tg.addSupergroup({ title: 'Family', botRights })
  const store = opened.use(tempStore())
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  const rest = opened.move()
  return {
    tg,
    store,
    open: (options: Parameters<typeof openMiddle>[2] = {}) => openMiddle(store, tg, options),
    group,
    seen: () => group.transcript().map(({ text: words }) => words),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

export type Middle = ReturnType<typeof openMiddle>

export const carried = ({ outbox }: Middle) => waitUntil(() => outbox.counts().pending === 0)

/** Receives these one by one, and waits until each is carried out. */
export const receive = async (middle: Middle, ...events: readonly BridgeEvent[]): Promise<void> => {
  for (const event of events) {
    middle.inbox.receive([{ event }])
    await carried(middle)
  }
}
