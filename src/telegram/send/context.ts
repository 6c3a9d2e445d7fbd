import type { ChatRef } from '../../bridge/chat-ref.ts'
import { type Place, placeOf } from '../address.ts'
import type { BotApi } from '../api.ts'
import type { AtWork } from '../at-work.ts'
import type { CallError } from '../call-error.ts'
import type { Marks } from '../marks.ts'
import type { Buttons } from './buttons.ts'
import type { Part, RenderOptions } from './part.ts'

export interface SendContext extends RenderOptions {
  readonly api: BotApi
  readonly marks: Marks
  readonly atWork: AtWork
  /** Parts that are on their way right now. */
  readonly inFlight: Set<InFlight>
  readonly buttons: Buttons
  /** Groups where something landed outside its topic, since they have none. */
  readonly topicless: Set<Place['chatId']>
  /** By delivery: how often Telegram said of its album that some of it was not sent. */
  readonly inPart: Map<string, number>
  readonly connected: () => boolean
  /** Called with every failure before it becomes a verdict. */
  readonly failed: (error: CallError, place: Place) => void
  /** Called when a group turns out to have become a supergroup. */
  readonly moved: (from: Place, to: Place) => void
}

export interface InFlight {
  readonly place: Place
  readonly parts: readonly Part[]
}

/** Where messages for a chat go today: its supergroup, when it became one (the topic is void then). */
export const currentPlace = ({ chat }: { readonly chat: ChatRef }, marks: Marks): Place => {
  const place = placeOf(chat)
  const chatId = marks.current(place.chatId)
  return chatId === place.chatId ? place : { chatId }
}
