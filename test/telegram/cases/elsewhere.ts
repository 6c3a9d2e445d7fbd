/** Cases that are not carried to Telegram here, and why. By id, or by the beginning of one. */
const reasons: Readonly<Record<string, string>> = {
  'ev-call-': 'calls are read from their stanzas: test/whatsapp/baileys/notices.test.ts',
  'ev-receipt-': 'receipts are read from their stanzas: test/e2e/fate.test.ts',
  'ev-conn-': 'how a connection ends: test/whatsapp/baileys/endings.test.ts',
  'ev-media-update': 'what the phone answers: test/whatsapp/baileys/media/reupload.test.ts',
  'ev-': 'an event of Baileys beside the messages, which makes no message here: test/whatsapp/baileys',
  'nc-': 'topics are not made by themselves: a mapping says where a chat goes',
  'rf-thread-gone': 'topics are not made by themselves: the owner is told',
  'rf-topic-closed': 'topics are not opened by themselves: the owner is told',
  'wa-viewonce-unavailable': 'a stanza without content: test/whatsapp/baileys/incoming.test.ts',
  'wa-sticker-anim-none': 'moving stickers become GIFs without any tool, as in wa-sticker-anim-sharp',
  'wa-ciphertext-resolved-voice':
    'the message goes before its placeholder does, so that a crash in between loses nothing: send/placeholder.test.ts',
}

export const elsewhere = (id: string): string | undefined =>
  reasons[id] ??
  Object.entries(reasons).find(([prefix]) => prefix.endsWith('-') && id.startsWith(prefix))?.[1]
