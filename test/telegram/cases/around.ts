import assert from 'node:assert/strict'
import { proto } from '@whiskeysockets/baileys'
import type { Call } from '../../simulators/telegram/index.ts'
import type { Expected } from '../../whatsapp/cases/case.ts'
import { ref, THREADS } from '../../whatsapp/cases/world.ts'
import { AFTER, type Carried, telegramIdOf } from './stage.ts'

type Look<Key extends keyof Expected> = (wanted: NonNullable<Expected[Key]>, carried: Carried) => void

/** What a case expects beside its calls, each read in one place. */
const looks: { readonly [Key in keyof Expected]?: Look<Key> } = {
  link: (wanted, carried) => {
    const { parts, state, perChild } = wanted
    const linked = linksOf(carried, state === 'media-failed' ? 'words' : '')
    if (perChild)
      assert.deepEqual(
        linked,
        linked.map(() => 1),
      )
    const [own = 0] = linked
    if (typeof parts === 'number') assert.equal(own, parts)
    if (typeof parts === 'string') assert.ok(own >= Number(/^>=(\d+)$/.exec(parts)?.[1]), `${own} parts`)
    if (state !== undefined) assert.deepEqual([state, own], ['media-failed', 1])
  },
  state: ({ secretStored, tombstone, chatExpiration }, { which, played }) => {
    const { links } = played.store
    const chat = played.store.chats.resolve(ref(which.context.key.remoteJid ?? ''))
    if (secretStored) {
      const { raw = '' } = links.find({ chat, id: which.context.key.id ?? '' }) ?? {}
      const { messageContextInfo: kept } = proto.Message.decode(Buffer.from(raw, 'base64'))
      const { messageSecret } = which.input['messageContextInfo'] as { messageSecret: string }
      assert.equal(Buffer.from(kept?.messageSecret ?? []).toString('base64'), messageSecret)
    }
    if (tombstone !== undefined) assert.equal(links.find({ chat, id: tombstone })?.deleted, true)
    // That nothing was ever heard of a timer is as good as none.
    if (chatExpiration !== undefined) assert.equal(played.lasting ?? 0, chatExpiration)
  },
  route: (wanted, { which, calls }) => {
    const own = which.context.key.remoteJid ?? ''
    const jid = { 'status-topic': THREADS[33], 'chat:self': own }[wanted] ?? wanted.replace(/^chat:/, '')
    for (const { params } of calls) assert.equal(params['chat_id'], telegramIdOf(jid))
  },
  withinMs: (wanted, { took }) => assert.ok(took <= wanted, `it took ${took} ms`),
  notBeforeMs: (wanted, { lastAfter }) => assert.ok(lastAfter >= wanted, `it came after ${lastAfter} ms`),
  mustNotUpload: (_, { calls }) =>
    assert.deepEqual(
      calls.flatMap(({ files }) => files),
      [],
    ),
  mustNotFetch: (hosts, { asked }) =>
    assert.deepEqual(
      asked.filter(host => hosts.some(each => host.startsWith(each))),
      [],
    ),
  maxTextLength: (wanted, { calls }) => {
    for (const { params } of calls) assert.ok([...String(params['text'] ?? '')].length <= wanted)
  },
  keyboardUrlsOnly: (wanted, { calls }) => {
    for (const url of calls.flatMap(urlsOf)) assert.match(url, new RegExp(`^${wanted}:`))
  },
  waCalls: (wanted, { reuploads }) => {
    assert.deepEqual(wanted, ['updateMediaMessage'])
    assert.equal(reuploads, 1)
  },
  // Topics are the owner's: they keep their names.
  alsoCalls: calls =>
    assert.deepEqual(
      calls.map(({ method }) => method),
      ['editForumTopic'],
    ),
  processMustSurvive: (_, { next }) =>
    assert.ok(next.some(({ params }) => String(params['text']).includes(AFTER))),
}

/** What the calls themselves are held against (check.ts), and what is prose. */
const SHOWN = ['method', 'fields', 'textIncludes', 'textExcludes', 'entities', 'then', 'acceptAlso', 'reason']
const COUNTED = ['mediaCount', 'calls', 'captionMax', 'filenameNot', 'filenameMaxBytes', 'senderShown']

/** The words of a case that something looks at. */
export const KNOWN: readonly string[] = [...SHOWN, ...COUNTED, ...Object.keys(looks)]

export const checkAround = (carried: Carried): void => {
  const { expect } = carried.which
  for (const key of Object.keys(expect) as (keyof Expected)[]) check(key, carried)
}

const check = <Key extends keyof Expected>(key: Key, carried: Carried): void => {
  assert.ok(KNOWN.includes(key), `nothing looks at "${key}"`)
  const wanted = carried.which.expect[key]
  const look: Look<Key> | undefined = looks[key]
  if (wanted !== undefined) look?.(wanted as NonNullable<Expected[Key]>, carried)
}

/** How many messages each message of the case has become, its own last. */
const linksOf = ({ which: { context }, played: { store } }: Carried, role: '' | 'words'): number[] => {
  const { key, preceding = [] } = context
  const children = preceding.filter(({ input }) => !('albumMessage' in input)).map(each => each.key)
  return [key, ...children].map(({ remoteJid, id }) => {
    const stored = store.links.find({ chat: store.chats.resolve(ref(remoteJid ?? '')), id: id ?? '' })
    assert.ok(stored, `${id} is not kept`)
    return store.links.parts(stored.key, role).length
  })
}

const urlsOf = ({ params }: Call): string[] =>
  [...JSON.stringify(params['reply_markup'] ?? '').matchAll(/"url":"([^"]*)"/g)].map(([, url = '']) => url)
