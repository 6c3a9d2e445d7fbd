import { jpeg } from '../../simulators/telegram/helpers.ts'
import { type change, type DeliveryInit, file, text } from '../bench.ts'

const words = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ')
const place = { kind: 'location', latitude: 48.1, longitude: 11.5, live: 900 } as const

export interface Changing {
  readonly method: string
  readonly sent: Omit<DeliveryInit, 'chat'>
  /** What has been carried out before. */
  readonly before?: Parameters<typeof change>[1]
  readonly change: Parameters<typeof change>[1]
}

/** One change for each method that leaves no message behind. */
export const changings: readonly Changing[] = [
  {
    method: 'editMessageText',
    sent: { content: text('Hello') },
    change: { kind: 'edit', content: text('Hello you') },
  },
  {
    method: 'editMessageCaption',
    sent: { content: file('image', {}, 'Look'), bytes: jpeg(10, 10) },
    change: { kind: 'edit', content: text('Look here') },
  },
  {
    method: 'editMessageMedia',
    sent: { content: file('image', {}, 'Look'), bytes: jpeg(10, 10) },
    change: { kind: 'edit', content: file('image', {}, 'Look') },
  },
  {
    method: 'editMessageLiveLocation',
    sent: { content: place },
    change: { kind: 'edit', content: { ...place, latitude: 48.2 } },
  },
  {
    method: 'stopMessageLiveLocation',
    sent: { content: place },
    change: { kind: 'edit', content: { ...place, live: 0 } },
  },
  { method: 'deleteMessage', sent: { content: text('Hello') }, change: { kind: 'deletion', by: 'author' } },
  { method: 'deleteMessages', sent: { content: text(words) }, change: { kind: 'deletion', by: 'author' } },
  {
    method: 'setMessageReaction',
    sent: { content: text('Hello') },
    change: { kind: 'reaction', emoji: '👍' },
  },
  { method: 'pinChatMessage', sent: { content: text('Hello') }, change: { kind: 'pin', pinned: true } },
  {
    method: 'unpinChatMessage',
    sent: { content: text('Hello') },
    before: { kind: 'pin', pinned: true },
    change: { kind: 'pin', pinned: false },
  },
]
