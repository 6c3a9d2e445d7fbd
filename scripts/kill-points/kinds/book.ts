import type { World } from '../../../test/simulators/world.ts'
import type { Kind } from '../../demo/kinds/chat.ts'
import type { Chapter } from '../../demo/kinds.ts'

/** A kind whose messages come in any order where several chats are in one. */
export interface WalkedKind extends Kind {
  readonly isUnordered?: boolean
}

export interface WalkedChapter extends Pick<Chapter, 'title' | 'name' | 'chat'> {
  readonly kinds: readonly WalkedKind[]
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
