import type { GroupMetadata, WASocket } from '@whiskeysockets/baileys'
import type { Book } from './book.ts'

/**
 * Lets Baileys' events fill the book: people, chats, groups. They come after the ack, so a crash can cost a name until
 * WhatsApp tells it again, and overtake the messages that came before them: who administers a group, whether its settings are
 * for them alone, and how long messages last there is read from its notices. `safely` runs a piece of work as one commit and lets
 * nothing through.
 */
export const fillBook = ({ ev }: WASocket, book: Book, safely: (work: () => void) => void): void => {
  ev.on('contacts.upsert', contacts => safely(() => book.contacts(contacts)))
  ev.on('contacts.update', contacts => safely(() => book.contacts(contacts)))
  ev.on('chats.upsert', chats => safely(() => book.chats(chats)))
  ev.on('chats.update', chats =>
    // Without the time: every message emits one, and the bridge sees the message itself.
    safely(() => book.chats(chats.map(({ conversationTimestamp: _time, ...chat }) => chat))),
  )
  ev.on('groups.upsert', groups => safely(() => book.groups(groups.map(withoutSettings))))
  ev.on('groups.update', groups =>
    // Without the members: whoever asked for all groups takes them, knowing which have changed since.
    safely(() => book.groups(groups.map(withoutSettings).map(({ participants: _, ...group }) => group))),
  )
  ev.on('lid-mapping.update', ({ lid, pn }) => safely(() => book.same(lid, pn)))
  ev.on('messaging-history.set', ({ chats, contacts, lidPnMappings }) =>
    safely(() => {
      for (const { lid, pn } of lidPnMappings ?? []) book.same(lid, pn)
      book.contacts(contacts)
      book.chats(chats)
    }),
  )
}

const withoutSettings = ({ restrict: _, ephemeralDuration: _lasts, ...group }: Partial<GroupMetadata>) =>
  group
