import { addressOf } from '../../../bridge/chat-ref.ts'
import { openBeside } from '../../../store/open-beside.ts'
import type { Command, Context } from '../../command.ts'
import { findChat, listWhatsAppChats } from '../../find-chat.ts'
import { printable } from '../../output.ts'
import type { ExitCode } from '../../user-error.ts'

export const command: Command = {
  examples: [
    ['wa2tg map remove Family', 'stops carrying the chat named Family'],
    ['wa2tg map remove 120363000000000001@g.us', 'the same by address; see: wa2tg map list'],
  ],
  notes: ['What was on its way is still delivered. A running bridge follows within two seconds.'],
  run: removeMapping,
}

async function removeMapping({ args: [typed = ''], output, loadConfig }: Context): Promise<ExitCode> {
  const { dataDir, storage } = await loadConfig()
  using store = await openBeside(dataDir, storage)
  const mapped = new Set(store.mappings.list().map(({ whatsapp }) => whatsapp))
  const among = listWhatsAppChats(store, typed).filter(({ ref }) => mapped.has(ref))
  // A name that several chats have is clear when one of them alone is mapped.
  const chat = findChat(typed, store, among.length > 0 ? among : undefined)
  const { whatsapp, telegram, toTelegramOnly } = store.transaction(() => {
    const removed = store.mappings.remove(chat)
    // Whoever writes there from now on hears that it goes nowhere (`bridge/receive/other-topic.ts`).
    if (!removed.toTelegramOnly)
      store.session('told').set([{ type: 'removed', id: removed.telegram, value: String(Date.now()) }])
    return removed
  })
  output.note(
    `Removed: "${printable(store.chats.displayName(whatsapp))}" no longer goes to ${addressOf(telegram)}`,
  )
  if (output.json) {
    output.data({ whatsapp: addressOf(whatsapp), telegram: addressOf(telegram), toTelegramOnly }, () => '')
  }
  return 0
}
