import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'
import { watchMemory } from '../support/memory.ts'

const megabyte = 1024 * 1024

test('five documents of 45 MB cross at once in a fraction of their size; one of 100 MB is named', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const chats = [1, 2, 3, 4, 5].map(number => ({
    contact: wa.addContact({
      phone: `1555000100${number}`,
      lid: `90000000000100${number}`,
      name: `Sender ${number}`,
    }),
    group: tg.addSupergroup({ title: `Sender ${number}`, members: [owner], botRights: {} }),
  }))
  await world.link()
  for (const [index, { group }] of chats.entries())
    assert.equal((await world.wa2tg('map', 'add', `Sender ${index + 1}`, String(group.id))).code, 0)
  const bridge = await world.run()
  const bytes = randomBytes(45 * megabyte)
  const document = async (fileName: string) => ({
    documentMessage: {
      ...(await wa.media.put(bytes, 'document')),
      mimetype: 'application/octet-stream',
      fileName,
    },
  })

  using memory = watchMemory(bridge.pid)
  for (const { contact } of chats) await contact.send(await document('large.bin'))
  await eventually(() => chats.every(({ group }) => group.transcript().length === 1), 'the files', 120_000)
  const { more } = memory
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  for (const { group } of chats) assert.equal(group.transcript()[0]?.file?.sha256, sha256)
  // About 80 MB: what the collector lets lie about, the same for one file and for seven.
  assert.ok(more < 130, `${more.toFixed(0)} MB more than before, for 225 MB of files`)

  const { contact, group } = chats[0] ?? assert.fail()
  const claimed = await document('film.bin')
  claimed.documentMessage.fileLength = 100 * megabyte
  await contact.send(claimed)
  const notice = await eventually(() => group.transcript()[1], 'the notice')
  assert.match(notice.text, /^film\.bin \(100 MB\) is too big for Telegram/)
  assert.equal(notice.file, undefined)
})
