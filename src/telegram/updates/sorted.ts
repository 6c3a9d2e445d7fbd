import type { Message } from 'grammy/types'
import type { Arrival, KnownChat, Overheard, ShutOut } from '../../bridge/network.ts'
import type { Command } from '../commands.ts'
import type { Hearing } from './unheard.ts'

interface Seen {
  readonly chatId: number
  readonly messageId: number
}

/** What a batch of updates asks for, sorted out before anything is written. */
export interface Sorted {
  readonly arrivals: Arrival[]
  readonly chats: KnownChat[]
  /** Every message seen, for the ids that are taken; one that was edited may be an old one. */
  readonly seen: (Seen & { readonly isEdited: boolean })[]
  /** Others' posts in channels. */
  readonly posts: Seen[]
  /** The latest version of each message of an owner. */
  readonly versions: (Seen & { readonly version: string })[]
  readonly commands: { readonly command: Command; readonly message: Message }[]
  /** Pressed buttons, to be answered at once; with words where nothing comes of it. */
  readonly presses: { readonly id: string; readonly words?: string }[]
  /** Private messages of people who are not owners. */
  readonly strangers: Message[]
  /** Where they wrote in groups, and who did first, people and channels apart: once for each chat or topic. */
  readonly overheard: Overheard[]
  /** Channels of which the bot was made an admin, in that second since 1970, or is none any more; in order. */
  readonly admitted: { readonly chatId: number; readonly at: number | undefined }[]
  /** Groups and channels out of which the bot was thrown, and where it is not back again. */
  readonly shutOut: ShutOut[]
  /** Groups in which another part of what is done reaches the bot than before, in order. */
  readonly hearings: Hearing[]
  readonly moves: { readonly from: number; readonly to: number }[]
}

export const nothingSorted = (): Sorted => ({
  arrivals: [],
  chats: [],
  seen: [],
  posts: [],
  versions: [],
  commands: [],
  presses: [],
  strangers: [],
  overheard: [],
  admitted: [],
  shutOut: [],
  hearings: [],
  moves: [],
})
