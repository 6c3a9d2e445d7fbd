import { addressOf } from '../../bridge/chat-ref.ts'
import { openBeside } from '../../store/open-beside.ts'
import type { Store } from '../../store/store.ts'
import type { Command, Context } from '../command.ts'
import { kindOfChat, listWhatsAppChats } from '../find-chat.ts'
import { renderTable } from '../output.ts'
import type { ExitCode } from '../user-error.ts'

export const command: Command = {
  examples: [
    ['wa2tg chats', 'lists all, latest activity first'],
    ['wa2tg chats mum', 'lists those with "mum" in their name'],
    ['wa2tg chats --json', 'gives an array of objects: name, kind, address, phone, lastActivity, mappedTo'],
  ],
  notes: ['Works while the bridge runs.'],
  run: listChats,
}

async function listChats({ args: [query], output, loadConfig }: Context): Promise<ExitCode> {
  const { dataDir, storage } = await loadConfig()
  using store = await openBeside(dataDir, storage)
  const rows = describeChats(store, query)
  if (rows.length === 0) {
    output.note(
      query === undefined
        ? 'No chat is known yet. They come with the first sync: wa2tg login'
        : `No WhatsApp chat matches "${query}". See all: wa2tg chats`,
    )
  }
  output.data(rows, list =>
    renderTable(
      ['NAME', 'KIND', 'ADDRESS', 'LAST ACTIVITY', 'MAPPED TO'],
      list.map(({ name, kind, address, lastActivity, mappedTo }) => [
        name,
        kind,
        address,
        lastActivity === null ? '-' : lastActivity.slice(0, 16).replace('T', ' '),
        mappedTo ?? '-',
      ]),
    ),
  )
  return 0
}

const describeChats = (store: Store, query: string | undefined) => {
  const targets = new Map(
    store.mappings.list().map(mapping => [mapping.whatsapp, addressOf(mapping.telegram)]),
  )
  return listWhatsAppChats(store, query).map(chat => ({
    name: chat.displayName,
    kind: kindOfChat(chat),
    address: addressOf(chat.ref),
    phone: chat.phone ?? null,
    lastActivity: chat.lastActivity === undefined ? null : new Date(chat.lastActivity).toISOString(),
    mappedTo: targets.get(chat.ref) ?? null,
  }))
}
