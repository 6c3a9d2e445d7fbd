import type { Query } from '../query.ts'
import type { World } from '../world.ts'
import { sendMediaGroup } from './album.ts'
import * as bot from './bot.ts'
import * as chats from './chats.ts'
import { copyMessage, forwardMessage } from './copy.ts'
import { editMessageCaption, editMessageReplyMarkup, editMessageText } from './edit.ts'
import { editMessageLiveLocation, editMessageMedia, stopMessageLiveLocation } from './edit-media.ts'
import * as manage from './manage.ts'
import * as media from './media.ts'
import { sendContact, sendLocation, sendVenue } from './places.ts'
import { sendPoll, stopPoll } from './poll.ts'
import { sendMessage } from './text.ts'
import * as topics from './topics.ts'

export type Method = (world: World, query: Query) => unknown

const { accept, ...botMethods } = bot
const {
  sendPhoto,
  sendVideo,
  sendAnimation,
  sendAudio,
  sendVoice,
  sendVideoNote,
  sendDocument,
  sendSticker,
} = media

const methods: Readonly<Record<string, Method>> = {
  ...botMethods,
  ...chats,
  ...manage,
  ...topics,
  deleteMyCommands: accept,
  setMyDescription: accept,
  setMyShortDescription: accept,
  sendMessage,
  sendPhoto,
  sendVideo,
  sendAnimation,
  sendAudio,
  sendVoice,
  sendVideoNote,
  sendDocument,
  sendSticker,
  sendMediaGroup,
  sendLocation,
  sendVenue,
  sendContact,
  sendPoll,
  stopPoll,
  copyMessage,
  forwardMessage,
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageMedia,
  editMessageLiveLocation,
  stopMessageLiveLocation,
}

/** By lower-case name. `getUpdates` waits and belongs to the server itself. */
export const methodOf: ReadonlyMap<string, Method> = new Map(
  Object.entries(methods).map(([name, method]) => [name.toLowerCase(), method]),
)
