import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BridgeEvent, MessageEvent } from '../../src/bridge/event.ts'
import type { Change } from '../../src/bridge/network.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import type { Budget } from '../../src/outbox/index.ts'
import { openStore, restoreBackup, storePath, writeBackup } from '../../src/store/index.ts'
import { ratePeerOf } from '../../src/telegram/rates.ts'
import { type SimUser, startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [family, school] = ['whatsapp:3@g.us', 'whatsapp:4@g.us'] as const
const [bob, eve] = ['whatsapp:77@lid', 'whatsapp:78@lid'] as const
/** Three messages a minute: four that wait are a crowd. */
const narrow: Budget[] = [
  {
    count: 3,
    seconds: 60,
    keyOf: target => (target.startsWith('telegram:') ? ratePeerOf(target) : undefined),
  },
]
const noon = new Date(2026, 0, 5, 12, 0).getTime()

/** Everybody says two things a minute; ids and words count up. */
const texts = (count: number, { first = 0, chat = family as typeof family | typeof school } = {}) =>
  Array.from({ length: count }, (_, index): MessageEvent => {
    const number = first + index
    const [person, name] = Math.floor(number / 3) % 2 === 0 ? [bob, 'Bob'] : [eve, 'Eve']
    return {
      version: 1,
      kind: 'message',
      chat,
      id: `m${number}`,
      sender: { person, name, me: false },
      sentAt: noon + Math.floor(number / 2) * 60_000,
      content: { kind: 'text', body: plainText(`text ${number}`) },
    }
  })

const long = (number: number): MessageEvent[] =>
  texts(1, { first: number }).map(event => ({
    ...event,
    content: { kind: 'text', body: plainText(`text ${number} ${'long '.repeat(120)}`.trim()) },
  }))

interface Scene {
  readonly group: ReturnType<TelegramSimulator['addSupergroup']>
  /** What has come to WhatsApp. */
  readonly changed: readonly Change[]
  isDone(): boolean
}

interface Course {
  /** What waits when the backup is made. */
  readonly waiting: readonly BridgeEvent[]
  /** How many of that are delivered before the disk is lost; all, where nothing is said. */
  readonly delivered?: number
  /** What comes before it is delivered. */
  readonly since?: readonly BridgeEvent[]
  /** What comes when the backup has been put back, and all that waited in it is settled. */
  readonly changes?: readonly BridgeEvent[]
  /** What the owner does in Telegram then. */
  readonly inTelegram?: (owner: SimUser, scene: Scene) => Promise<void>
  /** At which question of the search the bridge ends, and begins anew. */
  readonly restartAt?: number
}

/** What stands in Telegram before and after the backup is put back. */
const putBack = async ({ waiting, delivered, since = [], changes = [], inTelegram, restartAt }: Course) => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'Everybody', botRights: {}, members: [owner] })
  const person = tg.addUser({ id: 9001, first_name: 'Zoe' })
  using store = tempStore()
  const file = join(store.dir, 'backup')
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  store.mappings.add({ whatsapp: school, telegram: `telegram:${group.id}`, toTelegramOnly: true })
  store.chats.learn({ chat: family, kind: 'group', name: 'Family' })
  store.chats.learn({ chat: school, kind: 'group', name: 'School' })
  const seen = () => group.transcript().map(({ text, id }) => ({ text, id }))
  {
    await using middle = openMiddle(store, tg, { budgets: narrow })
    for (const event of waiting) {
      middle.inbox.receive([{ event }])
      // So that it is not left out for the next one: it has been tried in vain.
      store.database.run("UPDATE jobs SET attempts = 1 WHERE topic GLOB 'edit *'")
    }
    await writeBackup(store.database.path, file, { force: false })
    if (delivered !== undefined) store.database.run('DELETE FROM jobs WHERE id > ?', delivered)
    for (const event of since) middle.inbox.receive([{ event }])
    person.sends(group, 'Hello everybody')
    await middle.start()
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  const before = seen()

  const path = storePath(join(store.dir, 'restored'))
  const passphrase = () => assert.fail('it is plain')
  const { inDoubt } = await restoreBackup(file, path, { passphrase, force: false })
  assert.equal(inDoubt, waiting.length)
  const questions = () => tg.callsOf('editMessageReplyMarkup').length
  const asked = questions()
  let restarted = false
  if (restartAt !== undefined) {
    using again = openStore(path)
    await using middle = openMiddle(again, tg, { budgets: narrow })
    await middle.start()
    await waitUntil(() => questions() - asked >= restartAt || middle.outbox.counts().pending === 0)
    restarted = middle.outbox.counts().pending > 0
  }
  using restored = openStore(path)
  await using middle = openMiddle(restored, tg, { budgets: narrow })
  await middle.start()
  await waitUntil(() => middle.outbox.counts().pending === 0)
  assert.equal(middle.outbox.counts().failed, 0)
  const after = seen()
  for (const event of changes) {
    middle.inbox.receive([{ event }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  const { changes: changed } = middle.whatsapp
  await inTelegram?.(owner, { group, changed, isDone: () => middle.outbox.counts().pending === 0 })
  const reached = changed.map(({ event, changed: { parts } }) => [event.kind, parts.map(({ id }) => id)])
  tg.assertNoSurprises()
  return { before, after, restarted, group: group.transcript(), reached }
}

const other = texts(4, { first: 50, chat: school })
const courses: Readonly<Record<string, Course & { readonly messages: number }>> = {
  'two texts, beside another chat': { waiting: [...texts(2), ...other], messages: 3 },
  'five texts': { waiting: texts(5), messages: 2 },
  'so many texts that they became two messages': { waiting: texts(25), messages: 3 },
  'texts with one in between that stands alone': {
    waiting: [...texts(4), ...long(4), ...texts(5, { first: 5 })],
    messages: 4,
  },
  'two texts, and others since': { waiting: texts(2), since: texts(6, { first: 2 }), messages: 2 },
  'one text, and others since': { waiting: texts(1), since: texts(6, { first: 1 }), messages: 2 },
  'texts that all say the same': {
    waiting: texts(25).map(event => ({
      ...event,
      sentAt: noon,
      content: { kind: 'text' as const, body: plainText('Yes') },
    })),
    messages: 3,
  },
}

const editOf = (message: MessageEvent, id: string, words: string): BridgeEvent => {
  const { chat, sender, sentAt } = message
  const body = plainText(words)
  const target = { id: message.id }
  return { version: 1, kind: 'edit', chat, id, sender, sentAt, target, content: { kind: 'text', body } }
}

for (const delivered of [1, 2, undefined]) {
  test(`a text that waited with its edits when the backup was made does not come again${delivered ? `, of which ${delivered} of 3 went` : ''}`, async () => {
    const [message = assert.fail()] = texts(1)
    const waiting = [message, editOf(message, 'c0', 'mended'), editOf(message, 'c1', 'mended again')]
    const { before, after } = await putBack({ waiting, ...(delivered && { delivered }) })
    assert.match(
      before.at(-1)?.text ?? '',
      [/text 0$/, /mended$/, /mended again$/][(delivered ?? 3) - 1] ?? /^$/,
    )
    assert.deepEqual(
      after.map(({ id }) => id),
      before.map(({ id }) => id),
    )
    assert.match(after.at(-1)?.text ?? '', /mended again$/)
  })
}

for (const [what, course] of Object.entries(courses)) {
  test(`${what}, joined after a backup, do not come again when it is put back`, async () => {
    const { before, after } = await putBack(course)
    assert.equal(before.length, course.messages, JSON.stringify(before))
    assert.deepEqual(after, before)
  })
}

test('a text that went alone since the backup takes none along that did not go, and stays a message of its own', async () => {
  const waiting = texts(3)
  const { sender, sentAt } = waiting[0] ?? assert.fail()
  const edit = {
    version: 1 as const,
    chat: family,
    sender,
    sentAt: sentAt + 1,
    target: { id: 'm0' },
    id: 'c0',
  }
  const { before, after, group } = await putBack({
    waiting,
    delivered: 1,
    changes: [{ ...edit, kind: 'edit', content: { kind: 'text', body: plainText('mended') } }],
  })
  const words = (messages: typeof after) =>
    messages.flatMap(({ text = '' }) => text.match(/text \d|mended/g) ?? [])
  assert.deepEqual(words(before), ['text 0'])
  assert.deepEqual(words(after), ['text 0', 'text 1', 'text 2'])
  assert.deepEqual(words(group), ['mended', 'text 1', 'text 2'])
})

test('what was found to have gone together can be edited, deleted, reacted to and answered, and what others said stays', async () => {
  const waiting = texts(3)
  const about = (index: number) => {
    const { chat, sender, sentAt } = waiting[index] ?? assert.fail()
    return { version: 1 as const, chat, sender, sentAt: sentAt + 1, target: { id: `m${index}` } }
  }
  const { before, group } = await putBack({
    waiting,
    since: texts(5, { first: 3 }),
    changes: [
      { ...about(0), kind: 'edit', id: 'c0', content: { kind: 'text', body: plainText('text 0, mended') } },
      { ...about(1), kind: 'deletion', id: 'c1', by: 'author' },
      { ...about(2), kind: 'reaction', id: 'c2', emoji: '👍' },
      ...texts(1, { first: 8 }).map(event => ({ ...event, replyTo: { id: 'm2', person: bob } })),
    ],
  })
  const [, joined] = before
  const [, whole, note, answer] = group
  assert.equal(whole?.text, joined?.text?.replace('text 0\ntext 1', 'text 0, mended'))
  assert.match(whole?.text ?? '', /text 7$/)
  const bold = (message: typeof whole) =>
    message?.entities.filter(({ type }) => type === 'bold').map(({ length }) => length)
  assert.equal(bold(whole)?.length, joined?.text?.match(/12:0/g)?.length)
  assert.deepEqual([note?.text, note?.quote], ['👍 Bob', 'text 2'])
  assert.deepEqual([answer?.replyTo, answer?.quote], [whole?.id, 'text 2'])
})

test('a reaction or /delete of the owner that points at what nobody knows any more is answered, not dropped', async () => {
  const { reached, group } = await putBack({
    waiting: texts(3),
    since: texts(5, { first: 3 }),
    async inTelegram(owner, { group }) {
      const [, whole] = group.transcript()
      const id = whole?.id ?? assert.fail()
      const isTold = (count: number) => () =>
        group.transcript().filter(({ text }) => text?.includes('do not know which message')).length === count
      owner.reacts(group, id, '👍')
      await waitUntil(isTold(1))
      owner.sends(group, { text: '/delete', reply_to: id })
      await waitUntil(isTold(2))
    },
  })
  assert.deepEqual(reached, [])
  assert.equal(group.filter(({ text }) => text?.endsWith('text 7')).length, 1, 'all of it still stands')
})

test('a restart at any question of the search changes nothing of that', async () => {
  const waiting = [...texts(4), ...long(4), ...texts(4, { first: 5 })]
  for (let restartAt = 1; ; restartAt += 6) {
    const { before, after, restarted } = await putBack({ waiting, restartAt })
    assert.equal(before.length, 4)
    assert.deepEqual(after, before, `restarted at question ${restartAt}`)
    if (!restarted) {
      assert.ok(restartAt > 12, `${restartAt}`)
      break
    }
  }
})
