import type { Content, MediaContent } from '../../../../src/bridge/event.ts'
import type { Delivery } from '../../../../src/bridge/network.ts'

export const ME = { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid' }

/** A message from Telegram on its way to Alice. */
export const deliveryOf = (content: Content, more: Partial<Delivery> = {}): Delivery => ({
  event: {
    version: 1,
    kind: 'message',
    chat: 'telegram:-100',
    id: '5',
    sender: { person: 'telegram:1', me: true },
    sentAt: 0,
    content,
  },
  chat: 'whatsapp:900000000000002@lid',
  messageId: '3EB0AA',
  sent: [],
  onSent: () => undefined,
  isKnown: () => false,
  openMedia: () => Promise.reject(new Error('no media')),
  openStill: () => Promise.reject(new Error('no still')),
  tell: () => undefined,
  signal: new AbortController().signal,
  ...more,
})

export const text = (body: string): Content => ({ kind: 'text', body: { text: body, spans: [] } })

export const file = (
  as: MediaContent['as'],
  media: Partial<MediaContent['media']> = {},
  caption = '',
): MediaContent => ({
  kind: 'media',
  as,
  media: { source: 'x', ...media },
  caption: { text: caption, spans: [] },
})
