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
 * of `among` alone has, or alone contains. What people call themselves is their own word, and anybody's: it never goes
 * before a name of the address book or the subject of a group. With `+` a number is that number alone; without, digits may
 * be a part of another one, too. Throws `UserError` with the candidates.
 */
export const findChat = (typed: string, store: Store, among?: readonly Chat[]): ChatRef => {
  if (typed.includes('@') && !typed.includes(' ')) {
    const address = normalizeAddress(typed.replace(/^whatsapp:/, ''))
    if (address !== undefined) return store.chats.resolve(chatRef('whatsapp', address))
  }
  const phone = addressOfPhone(typed)
  const numbered = phone === undefined ? undefined : store.chats.resolve(chatRef('whatsapp', phone))
  if (numbered !== undefined && typed.trim().startsWith('+')) return numbered
  const meant = preferExact(typed, numbered, among ?? listWhatsAppChats(store, typed))
  const [first] = meant
  if (first === undefined && numbered !== undefined) return numbered
  if (first === undefined) {
    throw new UserError(`No WhatsApp chat matches "${typed}"`, {
      hint: 'See what there is: wa2tg chats (a chat shows up when wa2tg has seen it)',
    })
  }
  const asNumber =
    numbered === undefined || among !== undefined || meant.some(({ ref }) => ref === numbered)
      ? []
      : [{ ref: numbered, displayName: store.chats.displayName(numbered), aliases: [] }]
  const all = [...meant, ...asNumber]
  if (all.length > 1) throw tooMany(typed, all)
  return first.ref
}

/** Whether a chat was found by nothing but what somebody calls themself. */
export const callsItself = (typed: string, { name, pushName }: Chat): boolean =>
  name === undefined && pushName !== undefined && contains(pushName, typed)

const contains = (name: string, typed: string): boolean =>
  name.toLocaleLowerCase().includes(typed.trim().toLocaleLowerCase())

const preferExact = (
  typed: string,
  numbered: ChatRef | undefined,
  chats: readonly Chat[],
): readonly Chat[] => {
  const wanted = typed.trim().toLocaleLowerCase()
  const exact = chats.filter(({ ref, name }) => ref === numbered || name?.toLocaleLowerCase() === wanted)
  return exact.length > 0 ? exact : chats
}

const SHOWN = 10

const tooMany = (typed: string, chats: readonly Chat[]): UserError => {
  const rows = chats
    .toSorted((a, b) => Number(callsItself(typed, a)) - Number(callsItself(typed, b)))
    .slice(0, SHOWN)
    .map(chat => [
      printable(chat.displayName),
      callsItself(typed, chat) ? `${kindOfChat(chat)}, calls themself so` : kindOfChat(chat),
      addressOf(chat.ref),
    ])
  const more = chats.length > SHOWN ? `\n… and ${chats.length - SHOWN} more` : ''
  return new UserError(
    `"${typed}" matches ${chats.length} chats:\n${renderTable(['NAME', 'KIND', 'ADDRESS'], rows)}${more}`,
    { hint: 'Type the address instead of the name' },
  )
}
