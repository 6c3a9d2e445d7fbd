import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Arrival } from '../../src/bridge/network.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, family, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

/** No bot can read an album: whether the one that stands there is that of the backup, nobody knows. */
const again = 'Unknown\n🗄 From a backup; it may have been changed or deleted since'

/** `none`: the machine was lost with the album; `all`: it had gone when the machine was lost. */
for (const gone of ['none', 'all'] as const) {
  const how = gone === 'all' ? 'comes once more, which it says' : 'comes'
  test(`an album that a backup brings back, of which ${gone} had gone, ${how}`, async () => {
    await using tg = await startTelegramSimulator()
    const group = tg.addSupergroup({ title: 'Family', botRights: {} })
    const album = event(
      family,
      { kind: 'album', items: [], expected: 3 },
      { id: 'ALBUM', album: { id: 'ALBUM' } },
    )
    const pictures = [1, 2, 3].map(nth =>
      event(
        family,
        { kind: 'media', as: 'image', media: { source: String(nth) }, caption: plainText('') },
        { album: { id: 'ALBUM' } },
      ),
    )
    const run = async (store: ReturnType<typeof tempStore>, restored: boolean): Promise<void> => {
      store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
      await using middle = openMiddle(store, tg)
      middle.whatsapp.files = ({ source }) => Readable.from([jpeg(100 + Number(source), 100)])
      for (const event of [album, ...pictures]) {
        middle.inbox.receive([restored ? { event, restored } : { event }])
      }
      await middle.start()
      await waitUntil(() => middle.outbox.counts().pending === 0)
      assert.equal(middle.outbox.counts().failed, 0)
    }
    using since = tempStore()
    if (gone === 'all') await run(since, false)
    using store = tempStore()
    await run(store, true)
    const all = group.transcript()
    assert.equal(all.length, gone === 'all' ? 6 : 3)
    const shown = all.slice(-3)
    assert.deepEqual(
      shown.map(({ text }) => text),
      [gone === 'all' ? again : 'Unknown', '', ''],
    )
    const groups = new Set(shown.map(({ mediaGroup }) => mediaGroup))
    assert.deepEqual([groups.size, groups.has(undefined)], [1, false])
    assert.deepEqual(
      pictures.map(({ id }) => store.links.counterpart({ chat: family, id }, `telegram:${group.id}`)?.id),
      shown.map(({ id }) => String(id)),
    )
    tg.assertNoSurprises()
  })
}

/** `none`: it can be told by its number; `all`: nobody can tell the two. */
for (const gone of ['none', 'all'] as const) {
  const how = gone === 'all' ? 'is given up' : 'is found'
  test(`an album that a backup brings back, of which ${gone} had gone, ${how} when the answer to it is lost, and does not come again`, async () => {
    await using tg = await startTelegramSimulator()
    const group = tg.addSupergroup({ title: 'Family', botRights: {} })
    const album = [
      event(family, { kind: 'album', items: [], expected: 3 }, { id: 'ALBUM', album: { id: 'ALBUM' } }),
      ...[1, 2, 3].map(nth =>
        event(
          family,
          { kind: 'media', as: 'image', media: { source: String(nth) }, caption: plainText('') },
          { album: { id: 'ALBUM' } },
        ),
      ),
    ]
    const run = async (store: ReturnType<typeof tempStore>, arrivals: readonly Arrival[]) => {
      await using middle = openMiddle(store, tg)
      middle.whatsapp.files = ({ source }) => Readable.from([jpeg(100 + Number(source), 100)])
      for (const arrival of arrivals) middle.inbox.receive([arrival])
      await middle.start()
      await waitUntil(() => middle.outbox.counts().pending === 0)
      return middle.outbox.counts().failed
    }
    using since = tempStore()
    using store = tempStore()
    for (const each of [since, store])
      each.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
    await run(store, [{ event: event(family, 'before') }])
    if (gone === 'all')
      await run(
        since,
        album.map(event => ({ event })),
      )
    const before = group.transcript().length
    tg.faults.next('sendMediaGroup', 'reply-lost')
    const failed = await run(
      store,
      album.map(event => ({ event, restored: true })),
    )
    assert.equal(failed, gone === 'all' ? 1 : 0)
    const shown = group.transcript().slice(before)
    assert.deepEqual(
      shown.map(({ text }) => text),
      [gone === 'all' ? again : 'Unknown', '', ''],
    )
    assert.deepEqual(
      album
        .slice(1)
        .map(({ id }) => store.links.counterpart({ chat: family, id }, `telegram:${group.id}`)?.id),
      shown.map(({ id }) => (gone === 'all' ? undefined : String(id))),
    )
    tg.assertNoSurprises()
  })
}

/** `gone`: whether the third had come in time to stand in the album, to be an answer to it, or not before the machine was lost. */
for (const gone of ['in it', 'behind it', 'never'] as const) {
  test(`a picture that a backup brings back behind its album stands there once, or says that it may come again; before, it had gone ${gone}`, async () => {
    await using tg = await startTelegramSimulator()
    const group = tg.addSupergroup({ title: 'Family', botRights: {} })
    const [expected, other] = [gone === 'in it' ? 3 : 2, 'OTHER']
    const albumOf = (id: string, count: number) => [
      event(family, { kind: 'album', items: [], expected: count }, { id, album: { id } }),
      ...[1, 2, 3].map(nth =>
        event(
          family,
          { kind: 'media', as: 'image', media: { source: String(nth) }, caption: plainText('') },
          { album: { id } },
        ),
      ),
    ]
    const [album, one, two, three] = albumOf('ALBUM', expected)
    assert.ok(album && one && two && three)
    const open = (store: ReturnType<typeof tempStore>) => {
      store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
      const middle = openMiddle(store, tg)
      middle.whatsapp.files = ({ source }) => Readable.from([jpeg(100 + Number(source), 100)])
      return middle
    }
    const isDone = (middle: ReturnType<typeof openMiddle>) =>
      waitUntil(() => middle.outbox.counts().pending === 0)
    {
      using since = tempStore()
      await using middle = open(since)
      const inTime = gone === 'in it' ? [album, one, two, three] : [album, one, two]
      for (const event of inTime) middle.inbox.receive([{ event }])
      await middle.start()
      await isDone(middle)
      if (gone === 'behind it') middle.inbox.receive([{ event: three }])
      // Pictures without words, too.
      for (const event of albumOf(other, 3)) middle.inbox.receive([{ event }])
      await isDone(middle)
    }
    const before = group.transcript()
    using store = tempStore()
    await using middle = open(store)
    for (const event of [album, one, two]) middle.inbox.receive([{ event, restored: true }])
    store.database.run('UPDATE jobs SET due_at = 0')
    await middle.start()
    await isDone(middle)
    middle.inbox.receive([{ event: three, restored: true }])
    await isDone(middle)
    assert.equal(middle.outbox.counts().failed, 0)
    const shown = group.transcript().slice(before.length)
    const isThere = gone === 'behind it'
    assert.deepEqual(
      shown.map(({ text }) => text),
      isThere ? [again, ''] : [again, '', again],
    )
    assert.equal(
      store.links.counterpart({ chat: family, id: three.id }, `telegram:${group.id}`)?.id,
      String((isThere ? before : shown)[2]?.id),
    )
    tg.assertNoSurprises()
  })
}
