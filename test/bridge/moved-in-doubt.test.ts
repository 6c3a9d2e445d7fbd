import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BridgeEvent, MessageEvent } from '../../src/bridge/event.ts'
import { openStore, restoreBackup, type Store, storePath, writeBackup } from '../../src/store/index.ts'
import { type SimChat, startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [alice, mum] = ['whatsapp:5@lid', 'whatsapp:1@lid'] as const

/** A group that is to become a supergroup, and the owner's chat with the bot. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const before = tg.addGroup({ title: 'Alice', members: [owner] })
  const store = opened.use(tempStore())
  store.mappings.add({ whatsapp: alice, telegram: `telegram:${before.id}` })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${home.id}` })
  /** One run, until all is done. Returns how many were given up by then. */
  const carry = async (of: Store, ...events: readonly BridgeEvent[]): Promise<number> => {
    await using middle = openMiddle(of, tg)
    await middle.start()
    for (const each of events) middle.inbox.receive([{ event: each }])
    await waitUntil(() => middle.outbox.counts().pending === 0 && tg.pendingUpdates === 0)
    return middle.outbox.counts().failed
  }
  /** People write there, up to that id, and all of it is heard. */
  const writeUpTo = async (last: number, chat: SimChat): Promise<void> => {
    await using middle = openMiddle(store, tg)
    for (let id = 0; id < last; id = owner.sends(chat, 'gossip').message_id);
    await middle.telegram.start()
    await waitUntil(() => tg.pendingUpdates === 0)
  }
  /** A backup of now, in which this waits, is put back behind what `since` does. */
  const putBack = async (waiting: BridgeEvent, since: () => Promise<void>): Promise<Store> => {
    const file = join(store.dir, 'backup')
    {
      await using idle = openMiddle(store, tg)
      idle.inbox.receive([{ event: waiting }])
      await writeBackup(store.database.path, file, { force: false })
    }
    await since()
    const path = storePath(join(store.dir, 'restored'))
    await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: false })
    return openStore(path)
  }
  const rest = opened.move()
  return { tg, before, store, carry, writeUpTo, putBack, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}

/** What the bot has said. */
const said = (...chats: readonly SimChat[]): (string | undefined)[] =>
  chats.flatMap(chat => chat.transcript().flatMap(({ from, text }) => (from.isBot ? [text] : [])))

test('what waited in a backup is found in the supergroup that its group became since, where a private chat has its id', async () => {
  await using it = await open()
  const { tg, before, store, carry } = it
  const long = Array.from({ length: 30 }, (_, number) => event(mum, String(number).padEnd(600, 'x')))
  await carry(store, event(alice, 'hello'), ...long)
  const now: SimChat[] = []
  using restored = await it.putBack(event(alice, 'waiting'), async () => {
    const moved = tg.migrate(before)
    now.push(moved)
    await it.writeUpTo(110, moved)
    await carry(store)
  })
  await carry(restored)
  assert.deepEqual(said(before, ...now), ['hello', 'waiting'])
})

const deletionOf = ({ chat, sender, sentAt, id }: MessageEvent): BridgeEvent => ({
  ...{ version: 1, kind: 'deletion', by: 'author', chat, id: `deletes-${id}`, sender, sentAt },
  target: { id },
})

for (const [what, next] of [
  ['another message that says the same', () => event(alice, 'in doubt')],
  ['its deletion', deletionOf],
] as const)
  test(`${what}, put back behind one that was given up in doubt, is told of as such, also where it is learnt only then that the group became a supergroup`, async () => {
    await using it = await open()
    const { tg, before, store, carry } = it
    await carry(store, event(alice, 'hello'))
    const lost = event(alice, 'in doubt')
    tg.faults.next('sendMessage', 'reply-lost')
    const error = { error: 400, description: 'Bad Request: nobody knows' }
    tg.faults.next('editMessageReplyMarkup', error, { times: 1_000_000 })
    assert.equal(await carry(store, lost), 1)
    tg.faults.clear()
    using restored = await it.putBack(next(lost), () => it.writeUpTo(1, tg.migrate(before)))
    assert.equal(await carry(restored), 2)
    assert.deepEqual(said(before), ['hello', 'in doubt'])
  })
