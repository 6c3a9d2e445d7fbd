import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

type Options = NonNullable<Parameters<typeof openMiddle>[2]>
type Settings = NonNullable<Options['settings']>

/** The owner in a group of Telegram that is mapped to this chat. */
export const openOwnGroup = async (
  whatsapp: ChatRef,
  settings: Settings = {},
  { clock }: Pick<Options, 'clock'> = {},
) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({
    title: 'Mum',
    botRights: { can_delete_messages: true },
    members: [owner],
  })
  const store = opened.use(tempStore())
  const middle = opened.use(openMiddle(store, tg, { settings, ...(clock && { clock }) }))
  await middle.start()
  const telegram = `telegram:${group.id}` as const
  store.mappings.add({ whatsapp, telegram })
  const rest = opened.move()
  return { tg, owner, group, store, middle, telegram, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}
