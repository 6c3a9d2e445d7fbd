import assert from 'node:assert/strict'
import type { BridgeEvent, Content } from '../../../src/bridge/event.ts'
import type { RichText } from '../../../src/bridge/rich-text.ts'
import type { Store } from '../../../src/store/index.ts'
import type { Expected } from './case.ts'
import type { Outcome } from './world.ts'

/**
 * What a call of the Bot API says about the event that it is made of. What Telegram's limits, tools and refusals make of an
 * event is tested where that is done (test/telegram): a photo that goes as a document is a picture here.
 */
const FORMS: Readonly<Record<string, (event: BridgeEvent) => boolean>> = {
  sendMessage: event => event.kind === 'message' && content(event) !== 'media' && content(event) !== 'album',
  sendPhoto: event => as(event, 'image') || content(event) === 'card' || isAlbumOf(event, 1),
  sendVideo: event => as(event, 'video', 'video-note'),
  sendVideoNote: event => as(event, 'video-note'),
  sendAnimation: event => as(event, 'animation', 'sticker'),
  sendVoice: event => as(event, 'voice'),
  sendAudio: event => as(event, 'audio'),
  sendDocument: event =>
    as(event, 'document', 'image', 'video', 'audio', 'voice') || content(event) === 'text',
  sendSticker: event => as(event, 'sticker'),
  sendMediaGroup: event => content(event) === 'album',
  sendLocation: event => content(event) === 'location',
  sendVenue: event => content(event) === 'location',
  sendContact: event => content(event) === 'contacts',
  editMessageText: ({ kind }) => kind === 'edit' || kind === 'vote' || kind === 'message',
  editMessageMedia: event => (event.kind === 'edit' || event.kind === 'message') && as(event, 'image'),
  setMessageReaction: ({ kind }) => kind === 'reaction',
  deleteMessages: ({ kind }) => kind === 'deletion',
  // A placeholder that cannot become what it stood for.
  deleteMessage: ({ kind }) => kind === 'deletion' || kind === 'message',
  pinChatMessage: event => event.kind === 'pin' && event.pinned,
}

const content = (event: BridgeEvent): Content['kind'] | undefined =>
  'content' in event ? event.content.kind : undefined

const isAlbumOf = (event: BridgeEvent, count: number): boolean =>
  event.kind === 'message' && event.content.kind === 'album' && event.content.items.length === count

const as = (event: BridgeEvent, ...kinds: readonly string[]): boolean =>
  'content' in event && event.content.kind === 'media' && kinds.includes(event.content.as)

/** Fails unless what a case left behind is what it expects. */
export const check = (expected: Expected, outcomes: readonly Outcome[], store: Store): void => {
  const [first] = outcomes
  if (expected.method === 'none') {
    // The announcement of an album waits for its pictures; without any it is not sent.
    assert.deepEqual(
      outcomes.filter(({ event }) => !isAlbumOf(event, 0)),
      [],
    )
    return
  }
  assert.ok(first, 'nothing came')
  assert.equal(outcomes.length, 1, 'more than one event')
  const { event } = first
  const form = FORMS[expected.method]
  assert.ok(form, `"${expected.method}" is not known here`)
  assert.ok(form(event), `${event.kind} ${content(event)} is no ${expected.method}`)
  const words = wordsOf(event, store)
  const all = [
    expected,
    ...(event.kind === 'message' && content(event) === 'text' ? (expected.then ?? []) : []),
  ]
  for (const text of all.flatMap(({ textIncludes = [] }) => textIncludes))
    assert.ok(words.includes(text), `"${text}" is not in ${words}`)
  for (const text of expected.textExcludes ?? [])
    assert.ok(!bodiesOf(event).some(body => body.text.includes(text)), `"${text}" is in ${words}`)
  checkEntities(expected, event)
  checkFields(expected, first)
}

const STYLES: Readonly<Record<string, string>> = { strikethrough: 'strike', blockquote: 'quote' }

const checkEntities = ({ entities }: Expected, event: BridgeEvent): void => {
  if (entities === undefined) return
  const found = bodiesOf(event).flatMap(({ text, spans }) =>
    spans.map(({ style, start, length }) => ({ style, text: text.slice(start, start + length) })),
  )
  if (entities.length === 0) assert.deepEqual(found, [])
  for (const { type, text, textIncludes } of entities) {
    // What is quoted without a link becomes a quote where it is sent.
    const quoted = type === 'blockquote' && event.kind === 'message' ? event.replyTo?.excerpt : undefined
    if (textIncludes !== undefined) assert.ok(quoted?.includes(textIncludes), `no quote of "${textIncludes}"`)
    else
      assert.ok(
        found.some(each => each.style === (STYLES[type] ?? type) && each.text === text),
        `no ${type}`,
      )
  }
}

const checkFields = ({ fields = {}, mediaCount, then = [] }: Expected, { event, about }: Outcome): void => {
  const reply = fields['reply_parameters']
  const answered = isObject(reply) ? reply['message_id'] : undefined
  const target = fields['message_id'] ?? answered
  if (typeof target === 'number') assert.equal(about, String(target))
  const [reaction] = Array.isArray(fields['reaction']) ? fields['reaction'] : []
  if (event.kind === 'reaction' && 'reaction' in fields) {
    // Telegram knows some emoji without the sign that makes them colourful.
    assert.equal(event.emoji.replace('\ufe0f', ''), isObject(reaction) ? reaction['emoji'] : '')
  }
  if (fields['disable_notification'] === true && event.kind === 'message') assert.equal(event.silent, true)
  if (fields['has_spoiler'] === true && 'content' in event)
    assert.ok(event.content.kind === 'media' && event.content.media.viewOnce)
  if (event.kind === 'message' && event.content.kind === 'location') {
    const { latitude = event.content.latitude, longitude = event.content.longitude } = fields
    assert.deepEqual([event.content.latitude, event.content.longitude], [latitude, longitude])
  }
  if (mediaCount !== undefined && event.kind === 'message' && event.content.kind === 'album') {
    const rest = then.map(each => each.mediaCount ?? 0)
    assert.equal(
      event.content.items.length,
      [mediaCount, ...rest].reduce((sum, count) => sum + count),
    )
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object'

const plain = (text: string): RichText => ({ text, spans: [] })

/** What the sender wrote. */
const bodiesOf = (event: BridgeEvent): RichText[] => {
  if (!('content' in event)) return []
  const what = event.content
  switch (what.kind) {
    case 'text':
    case 'card':
      return [what.body]
    case 'media':
      return [what.caption]
    case 'album':
      return what.items.map(({ caption }) => caption)
    case 'placeholder':
      return [plain(what.label)]
    case 'notice':
      return [plain(what.text)]
    case 'joined':
      return what.items.map(({ body }) => body)
    case 'poll':
      return [plain([what.question, ...what.options].join('\n'))]
    case 'appointment':
      return [plain(what.title), ...(what.description ? [what.description] : [])]
    case 'location':
      return [plain([what.name, what.address, what.comment].join('\n'))]
    case 'contacts':
      return what.contacts.map(({ name, phones }) => plain([name, ...phones].join('\n')))
    default:
      return what satisfies never
  }
}

/** Everything that a reader sees: with names, buttons, and marks that are put beside the words when they are sent. */
const wordsOf = (event: BridgeEvent, store: Store): string => {
  const words = bodiesOf(event).map(({ text }) => text)
  words.push(event.sender.me ? 'You' : store.chats.displayName(event.sender.person))
  if (event.kind === 'message') {
    const { replyTo, forwarded, forwardedFrom } = event
    words.push(replyTo?.excerpt ?? '', forwarded ? 'Forwarded' : '', forwardedFrom ?? '')
  }
  if (event.kind === 'vote') words.push(optionsOf(event, store))
  if (!('content' in event)) return words.join('\n')
  const { content: what } = event
  if (what.kind === 'card')
    words.push(...what.buttons.map(({ label, url, copy }) => [label, url, copy].join(' ')))
  if (what.kind === 'media' && what.media.viewOnce) words.push('View once')
  if (what.kind === 'appointment') words.push(what.place ?? '', what.link ?? '')
  return words.join('\n')
}

const optionsOf = (event: Extract<BridgeEvent, { kind: 'vote' }>, { links }: Store): string => {
  const stored = links.find({ chat: event.chat, id: event.target.id })?.content ?? '{}'
  const options: string[] = JSON.parse(stored).options ?? []
  return event.choice.map(choice => options[choice]).join('\n')
}
