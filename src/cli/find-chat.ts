import { addressOf, type ChatRef, chatRef, networkOf } from '../bridge/chat-ref.ts'
import type { Chat, Store } from '../store/index.ts'
import { addressOfPhone, kindOfAddress, normalizeAddress } from '../whatsapp/address.ts'
import { printable, renderTable } from './output.ts'
import { UserError } from './user-error.ts'

/** The WhatsApp chats of the chat book, latest activity first; with a query those that it may mean. */
export const listWhatsAppChats = ({ chats }: Store, query?: string): Chat[] =>
  (query === undefined ? chats.list() : chats.find(query)).filter(({ ref }) => networkOf(ref) === 'whatsapp')

/** What kind of chat it is, as a word for people. */
export const kindOfChat = ({ kind, ref }: Chat): string => kind ?? kindOfAddress(addressOf(ref))

/**
 * The chat that a person means: by its address or phone number (which need not have been seen yet), or by a name that one
 * of `among` alone has, or alone contains. Throws `UserError` with the candidates.
 */
export const findChat = (typed: string, store: Store, among = listWhatsAppChats(store, typed)): ChatRef => {
  if (typed.includes('@') && !typed.includes(' ')) {
    const address = normalizeAddress(typed.replace(/^whatsapp:/, ''))
    if (address !== undefined) return store.chats.resolve(chatRef('whatsapp', address))
  }
  const [only, ...others] = preferExact(typed, among)
  if (only !== undefined && others.length === 0) return only.ref
  if (only !== undefined) throw tooMany(typed, [only, ...others])
  const phone = addressOfPhone(typed)
  if (phone !== undefined) return store.chats.resolve(chatRef('whatsapp', phone))
  throw new UserError(`No WhatsApp chat matches "${typed}"`, {
    hint: 'See what there is: wa2tg chats (a chat shows up when wa2tg has seen it)',
  })
}

const preferExact = (typed: string, chats: readonly Chat[]): readonly Chat[] => {
  const wanted = typed.trim().toLocaleLowerCase()
  const exact = chats.filter(({ name, pushName, phone }) =>
    [name, pushName, phone].some(each => each?.toLocaleLowerCase() === wanted),
  )
  return exact.length > 0 ? exact : chats
}

const SHOWN = 10

const tooMany = (typed: string, chats: readonly Chat[]): UserError => {
  const rows = chats
    .slice(0, SHOWN)
    .map(chat => [printable(chat.displayName), kindOfChat(chat), addressOf(chat.ref)])
  const more = chats.length > SHOWN ? `\n… and ${chats.length - SHOWN} more` : ''
  return new UserError(
    `"${typed}" matches ${chats.length} chats:\n${renderTable(['NAME', 'KIND', 'ADDRESS'], rows)}${more}`,
    { hint: 'Type the address instead of the name' },
  )
}
