import assert from 'node:assert/strict'
import type { proto } from '@whiskeysockets/baileys'
import type { Transmission } from '../../simulators/whatsapp/index.ts'
import type { OutgoingExpected } from './case.ts'
import type { Played } from './stage.ts'

/** What was sent, in the words in which Baileys' `sendMessage` would have been asked for it. */
interface Call {
  readonly jid: string
  readonly content: Readonly<Record<string, unknown>>
  readonly options: Readonly<Record<string, unknown>>
  readonly message: proto.IMessage
}

/** The words of a case that something looks at here; `reason` is prose. */
export const KNOWN: readonly string[] = [
  ...['method', 'fields', 'fieldsAbsent', 'textIncludes', 'acceptAlso', 'then', 'calls'],
  ...['pollValuesUnique', 'state', 'reason'],
]

/** Fails unless what phones got, and what became of messages there, is what a case expects. */
export const checkPlayed = (expected: OutgoingExpected, played: Played): void => {
  const calls = played.lines.map(callOf)
  const made = calls.map(({ content }) => Object.keys(content).join(' ')).join(', ') || 'nothing'
  const ways = [expected.method, ...(expected.acceptAlso ?? [])]
  if (ways.includes('none') || ways.includes('state')) {
    assert.equal(calls.length, 0, `"${made}" was sent`)
    const { chatId: to } = expected.fields ?? {}
    if (to !== undefined) assert.ok(played.moves.length > 0, 'the group has not moved')
    return
  }
  if (ways.includes('tg.sendMessage')) {
    assert.equal(calls.length, 0, `"${made}" was sent`)
    assert.ok(played.told.length > 0, 'nobody was told')
    for (const text of expected.textIncludes ?? []) assert.ok(played.told.join('\n').includes(text))
    return
  }
  const change = changeIn(expected)
  if (change) checkChange(change, played)
  else checkSent(expected, calls, played)
}

/** What may be said in Telegram though everything was sent. */
const BESIDE = /This is said only once\.$|^Disappearing messages: 7 days$/

const checkSent = (expected: OutgoingExpected, calls: readonly Call[], played: Played): void => {
  const all = [...(expected.method === 'queue' ? [] : [expected]), ...(expected.then ?? [])]
  const sent = all.filter(({ method }) => method.startsWith('sock.'))
  if (sent.length < all.length) {
    assert.ok(played.told.length > 0, 'nobody was told of the failure')
    assert.equal(calls.length, 0, 'what failed was sent')
    return
  }
  assert.equal(calls.length, expected.calls ?? sent.length)
  const more = played.told.filter(text => !BESIDE.test(text))
  assert.deepEqual(more, [], 'something was said that the case does not say')
  if (expected.state?.secretStored) {
    const [line] = played.lines
    assert.ok(line?.message.messageContextInfo?.messageSecret)
    const { messageContextInfo: kept } = played.keptOf(line)
    assert.deepEqual(kept?.messageSecret, line.message.messageContextInfo.messageSecret)
  }
  for (const [index, each] of sent.entries()) checkCall(each, calls[index])
}

const checkCall = (expected: OutgoingExpected, call: Call | undefined): void => {
  assert.ok(call)
  for (const [name, value] of Object.entries(expected.fields ?? {}))
    match(value, call[name as keyof Call], name)
  for (const path of expected.fieldsAbsent ?? []) {
    const found: unknown = path.split('.').reduce<unknown>((value, key) => at(value, key), call)
    assert.equal(found, undefined, path)
  }
  if (expected.pollValuesUnique) {
    const { values } = call.content['poll'] as { values: string[] }
    assert.equal(new Set(values).size, values.length)
  }
}

/** Changes of messages that stand there: what becomes of them is looked at, not how it was asked for. */
const changeIn = ({ fields }: OutgoingExpected) => {
  const content = (at(fields, 'content') ?? {}) as Record<string, Record<string, unknown>>
  const message = (at(fields, 'message') ?? {}) as proto.IMessage
  const { react, delete: gone, pin } = content
  if (react) return { react: react['text'] }
  if (gone) return { gone: String(gone['id']) }
  if (pin) return { pin: String(pin['id']) }
  const { protocolMessage: edit, encReactionMessage: sealed } = message
  if (edit) return { edited: String(edit.key?.id), after: edit.editedMessage }
  return sealed ? { sealed: String(sealed.targetMessageKey?.id) } : undefined
}

const checkChange = (change: NonNullable<ReturnType<typeof changeIn>>, played: Played): void => {
  assert.deepEqual(played.lines, [])
  const reactionTo = (line: Transmission | undefined) => Object.values(line?.reactions ?? {})[0]
  const find = (id: string) => played.lineOf(id)
  if (change.react !== undefined) match(change.react, reactionTo(played.touched), 'reaction')
  if (change.gone) assert.equal(find(change.gone)?.deleted, true)
  if (change.pin) assert.ok(find(change.pin)?.pinned)
  if (change.edited) checkEdit(change.after, find(change.edited))
  if (change.sealed) assert.ok(reactionTo(find(change.sealed)))
}

/** Where the file lies is as it was: the case's own path leads nowhere. */
const checkEdit = (expected: proto.IMessage | null | undefined, line: Transmission | undefined): void => {
  const { directPath: _, ...image } = expected?.imageMessage ?? {}
  match({ ...expected, imageMessage: image }, line?.edited, 'edited')
  assert.equal(line?.edited?.imageMessage?.directPath, line?.message.imageMessage?.directPath)
}

const callOf = ({ chat: jid, message: outer }: Transmission): Call => {
  const message = outer.deviceSentMessage?.message ?? outer
  const content = contentOf(message)
  const info = contextOf(message)
  return {
    jid,
    content: { ...content, ...(info && { contextInfo: info }), ...albumKey(message) },
    options: {
      ...(info?.stanzaId && { quoted: { key: { id: info.stanzaId.replace(/-\d+$/, '') } } }),
      ...(info?.expiration && { ephemeralExpiration: info.expiration }),
    },
    message,
  }
}

const albumKey = ({ messageContextInfo }: proto.IMessage): Record<string, unknown> => {
  const key = messageContextInfo?.messageAssociation?.parentMessageKey
  return key ? { albumParentKey: key } : {}
}

const contextOf = (message: proto.IMessage): proto.IContextInfo | undefined =>
  Object.values(message).find(value => value?.contextInfo)?.contextInfo

const contentOf = (message: proto.IMessage): Record<string, unknown> => {
  const { extendedTextMessage: text, imageMessage, videoMessage, ptvMessage, audioMessage } = message
  const { documentMessage, stickerMessage, locationMessage, contactMessage, albumMessage } = message
  const poll = message.pollCreationMessage ?? message.pollCreationMessageV3
  if (text) return { text: text.text }
  if (imageMessage) return { ...imageMessage, image: imageMessage.mediaKey }
  if (videoMessage) return { ...videoMessage, video: videoMessage.mediaKey }
  if (ptvMessage) return { ...ptvMessage, video: ptvMessage.mediaKey, ptv: true }
  if (audioMessage) return { ...audioMessage, audio: audioMessage.mediaKey }
  if (documentMessage) return { ...documentMessage, document: documentMessage.mediaKey }
  if (stickerMessage) return { ...stickerMessage, sticker: stickerMessage.mediaKey }
  if (locationMessage) return { location: locationMessage }
  if (contactMessage) return { contacts: { contacts: [contactMessage] } }
  if (albumMessage) return { album: albumMessage }
  if (!poll) return {}
  const values = poll.options?.map(({ optionName }) => optionName)
  const messageSecret = message.messageContextInfo?.messageSecret
  return { poll: { name: poll.name, values, selectableCount: poll.selectableOptionsCount, messageSecret } }
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

/** Deep, partial, with the tokens of the case file. */
const match = (expected: unknown, actual: unknown, name: string): void => {
  if (typeof expected === 'string' && expected.startsWith('$')) matchToken(expected, actual, name)
  else if (Array.isArray(expected)) {
    const list = Array.isArray(actual) ? actual : []
    assert.equal(list.length, expected.length, name)
    for (const [index, each] of expected.entries()) match(each, list[index], `${name}[${index}]`)
  } else if (typeof expected === 'object' && expected !== null) {
    for (const [key, value] of Object.entries(expected)) match(value, at(actual, key), `${name}.${key}`)
  } else {
    assert.equal(actual, expected, name)
  }
}

const matchToken = (token: string, actual: unknown, name: string): void => {
  const [, kind = '', rest = ''] = /^\$(\w+):?(.*)$/s.exec(token) ?? []
  const text = String(actual ?? '')
  const says = `${name} is ${text}`
  if (kind === 'buffer' || kind === 'bytes') assert.ok(actual instanceof Uint8Array, says)
  else if (kind === 'bytes32') assert.equal((actual as Uint8Array).length, 32, says)
  else if (kind === 'nonEmpty') assert.ok(text !== '', says)
  else if (kind === 'key') assert.ok(at(actual, 'id'), says)
  else if (kind === 'includes') assert.ok(text.includes(rest), says)
  else if (kind === 'notIncludes') assert.ok(text !== '' && !text.includes(rest), says)
  else if (kind === 'oneOf') assert.ok(rest.split('|').includes(text), says)
  else assert.fail(`The token ${token} is not known`)
}
