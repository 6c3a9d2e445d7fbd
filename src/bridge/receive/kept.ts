import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, ownerOn } from '../chat-ref.ts'
import type { ChangeEvent, ChangeOf } from '../event.ts'
import type { ReceiveContext, Reception } from './reception.ts'

/** A change that is shown on the other side. */
export type ShownChange = Exclude<ChangeEvent, ChangeOf<'kept'>>

/**
 * Writes down that a disappearing message stays, or goes after all. Nothing is shown: what is kept is there when its
 * time is up (`expire.ts`). The word may come before its message. When the author says that it goes, nobody else can
 * keep it any more (WhatsApp Web, `WAWebKeepInChatMsgAction`, `WAWebEphemeralKeepInChatUtils`).
 */
export const receiveKept = (event: ChangeOf<'kept'>, { store }: ReceiveContext): Reception => {
  const { chat, sender, target, kept, by, sentAt } = event
  const ref = { chat, id: target.id }
  const message = store.links.find(ref)
  const person = sender.me ? ownerOn('whatsapp') : sender.person
  const isOwn = wrote(person, message)
  if (message?.deleted || (by === 'author' && (kept || !isOwn))) return 'ignored'
  const before = store.expiry.keepOf(ref)
  if (before && !before.kept && wrote(before.person, message) && !isOwn) return 'ignored'
  store.expiry.keep(ref, { kept, person, at: sentAt })
  return 'noted'
}

/** The owner's own messages stand as `me`, or as the bridge's. */
const wrote = (person: ChatRef, message: StoredMessage | undefined): boolean =>
  message !== undefined &&
  (person === ownerOn('whatsapp') ? message.me || message.bridge : message.author === person)
