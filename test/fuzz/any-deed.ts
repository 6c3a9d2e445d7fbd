import fc from 'fast-check'
import { anyText } from './any-text.ts'
import { anyEntities, anyWords, contents } from './any-update.ts'

/** Claims of a file that a phone may see through, but for those that could be true and are not. */
const anyClaim = fc.constantFrom(-1, 0, 0.4, 2 ** 53, Number.MAX_VALUE)
const anyType = fc.oneof(
  fc.constantFrom(
    'image/jpeg',
    'image/webp',
    'video/mp4',
    'video/webm',
    'audio/ogg',
    'audio/mpeg',
    'audio/mp4',
  ),
  anyText,
)
const anyFile = fc.record(
  {
    file_id: anyText,
    file_unique_id: anyText,
    file_size: fc.oneof(anyClaim, fc.constantFrom(100, 5000)),
    mime_type: anyType,
    file_name: anyWords,
    width: anyClaim,
    height: anyClaim,
    duration: anyClaim,
    length: anyClaim,
    emoji: anyText,
    is_animated: fc.boolean(),
    is_video: fc.boolean(),
  },
  { requiredKeys: ['file_id', 'file_unique_id'] },
)
const anyMedia = ['video', 'animation', 'voice', 'audio', 'document', 'video_note', 'sticker'].map(kind =>
  fc.record({ [kind]: anyFile, caption: anyWords, caption_entities: anyEntities }),
)
const anyContent = fc.oneof(
  fc.record({ text: contents.text, entities: anyEntities }),
  fc.record({
    photo: fc.array(anyFile, { minLength: 1, maxLength: 3 }),
    caption: anyWords,
    caption_entities: anyEntities,
  }),
  ...anyMedia,
  ...(['location', 'venue', 'contact', 'dice', 'poll', 'game'] as const).map(kind =>
    fc.record({ [kind]: contents[kind] as fc.Arbitrary<unknown> }),
  ),
)

/** An id that nothing has. */
const unknown = 2 ** 30

export interface Scene {
  readonly chat: object
  readonly from: object
  /** An id that nothing has yet. */
  readonly id: number
  /** Ids of what was written in the chat. */
  readonly known: readonly number[]
}

/** Something that an owner does in a chat, as the update that says so once it is known where. */
export const anyDeed = fc
  .record({
    content: anyContent,
    words: anyWords,
    pick: fc.nat(),
    deed: fc.constantFrom('write', 'write', 'write', 'answer', 'edit', 'react', 'pin', 'delete', 'album'),
    emoji: fc.constantFrom('👍', '❤', '🕊', '👨‍👩‍👧'),
  })
  .map(({ content, words, pick, deed, emoji }) => ({
    /** Whether a message comes of it that others may be about. */
    writes: deed === 'write' || deed === 'answer' || deed === 'album',
    /** Which of those known it is about, counted on from the first again. */
    pick,
    deletes: deed === 'delete',
    at: ({ chat, from, id, known }: Scene): object => {
      const date = Math.floor(Date.now() / 1000)
      const target = { message_id: known[pick % known.length] ?? unknown, date, chat, from }
      const message = { message_id: id, date, chat, from }
      switch (deed) {
        case 'edit':
          return { edited_message: { ...target, ...content, edit_date: date + (pick % 1000) } }
        case 'react': {
          const new_reaction = [{ type: 'emoji', emoji }]
          return { message_reaction: { ...target, user: from, old_reaction: [], new_reaction } }
        }
        case 'pin':
          return { message: { ...message, pinned_message: target } }
        case 'delete':
          return {
            message: {
              ...message,
              text: '/delete',
              entities: [{ type: 'bot_command', offset: 0, length: 7 }],
              reply_to_message: target,
            },
          }
        case 'answer': {
          const quote = { text: words, is_manual: true, position: 0 }
          return { message: { ...message, ...content, reply_to_message: { ...target, text: words }, quote } }
        }
        default:
          return { message: { ...message, ...content, ...(deed === 'album' && { media_group_id: words }) } }
      }
    },
  }))
