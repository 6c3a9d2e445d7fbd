import type { World } from '../../../test/simulators/world.ts'
import type { Chat, Kind } from '../../demo/kinds/chat.ts'
import type { Chapter } from '../../demo/kinds.ts'

export interface WalkedKind extends Kind {
  /** Its messages come in any order, since several chats are in one. */
  readonly isUnordered?: boolean
  /** In place of `telegram` where it was killed before the answer of WhatsApp was written down. */
  readonly inDoubt?: readonly RegExp[]
  /** What no message shows is done. */
  isDone?(chat: Chat): boolean
}

export interface WalkedChapter extends Pick<Chapter, 'title' | 'name' | 'chat'> {
  readonly kinds: readonly WalkedKind[]
  /** Where its chat is in Telegram, as it is typed; by default all of the place. */
  readonly at?: string
  /** Further mappings, WhatsApp to Telegram. */
  readonly also?: readonly (readonly [whatsapp: string, telegram: string])[]
}

/** Chapters that go in one world. */
export interface Book {
  readonly name: string
  /** Lines of the config under `messages`. */
  readonly messages: readonly string[]
  /** What WhatsApp is surprised at because a kind is about that. */
  readonly provokes?: RegExp
  open(world: World): WalkedChapter[]
}
