/** Cases that are not carried to Telegram here, and why. By id, or by the beginning of one. */
const reasons: Readonly<Record<string, string>> = {
  'ev-': 'an event of Baileys beside the messages: test/whatsapp/baileys',
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
