import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { makeFindMessage } from '../../src/bridge/receive.ts'
import { files } from '../simulators/samples.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import type { UploadFault } from '../simulators/whatsapp/media-faults.ts'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { tempStore } from '../store/temp-store.ts'
import { Linked } from '../whatsapp/baileys/linked.ts'
import { waitUntil } from './bridge.ts'
import { leapingWith, openMiddle } from './middle.ts'

before(trustTestCa)

const minute = 60_000

/**
 * The owner writes to Alice, and (`beside`) to Bob before each attempt at what says `poison`, which gets through. `inDoubt`: an
 * earlier run was killed while it sent that.
 */
const open = async ({ beside, inDoubt = false }: { beside: boolean; inDoubt?: boolean }) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const groupOf = (title: string) => ({ title, members: [owner], botRights: {} })
  const [home, other] = [tg.addSupergroup(groupOf('Alice')), tg.addSupergroup(groupOf('Bob'))]
  const store = opened.use(tempStore())
  const clock = leapingWith(tg)
  const tries: number[] = []
  const middle = opened.use(
    openMiddle(store, tg, {
      clock,
      now: clock.now,
      whatsapp: () => linked.connection,
      watch: carrier => ({
        ...carrier,
        async deliver(job, ...more) {
          if (job.event.includes('poison')) {
            tries.push(clock.now())
            if (beside) {
              owner.sends(other, `hello ${tries.length}`)
              await waitUntil(() => bob.inbox.length === tries.length)
            }
          }
          return await carrier.deliver(inDoubt ? { ...job, unsure: true } : job, ...more)
        },
      }),
    }),
  )
  const linked: Linked = opened.use(
    await Linked.unlinked({
      sessions: store.session('baileys'),
      inbox: middle.inbox,
      findMessage: makeFindMessage(store),
    }),
  )
  const [alice, bob] = [linked.wa.addContact({ name: 'Alice' }), linked.wa.addContact({ name: 'Bob' })]
  await linked.login()
  store.chats.learn({ chat: `whatsapp:${alice.lid}`, kind: 'person', name: 'Alice' })
  store.mappings.add({ whatsapp: `whatsapp:${alice.lid}`, telegram: `telegram:${home.id}` })
  store.mappings.add({ whatsapp: `whatsapp:${bob.lid}`, telegram: `telegram:${other.id}` })
  await middle.start()
  await linked.start()
  const stack = opened.move()
  return {
    linked,
    owner,
    home,
    alice,
    media: linked.wa.media,
    outbox: middle.outbox,
    /** Between the first and the last try. */
    minutes: () => ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / minute,
    /** What was answered to the owner, and to which message. */
    told: () =>
      home.transcript().flatMap(({ text, replyTo }) => (replyTo === undefined ? [] : [[replyTo, text]])),
    /** What has come to Alice, once `behind it` has. */
    async arrived() {
      await waitUntil(() => alice.inbox.some(({ shown }) => shown?.text === 'behind it'))
      return alice.inbox.map(({ shown }) => [shown?.kind, shown?.text])
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const inVain = ', again and again, while others get through'
const faults: readonly (readonly [string, UploadFault, bytes: Uint8Array, problem: string])[] = [
  [
    'breaks off in the middle',
    { kind: 'cut', after: 1_000_000 },
    randomBytes(1_500_000),
    'The upload to WhatsApp was cut off',
  ],
  ['breaks off', { kind: 'cut', after: 1 }, files.pdf(), 'The upload to WhatsApp was cut off'],
  ['meets 503', { kind: 'status', status: 503 }, files.pdf(), "WhatsApp's media host has trouble (503)"],
  ['meets 408', { kind: 'status', status: 408 }, files.pdf(), "WhatsApp's media host has trouble (408)"],
]

for (const [what, fault, bytes, problem] of faults)
  test(`a file whose upload ${what} at every try for an hour, while texts get through, is told, and what is behind it goes on`, async () => {
    await using chat = await open({ beside: true })
    const { owner, home, media, outbox, told } = chat
    media.faultUploads(fault)
    const { message_id: id } = owner.sends(home, {
      document: { bytes, name: 'a.bin' },
      caption: 'poison',
    })
    owner.sends(home, 'behind it')
    assert.deepEqual(await chat.arrived(), [['text', 'behind it']])
    await waitUntil(() => told().length > 1)
    const wait = 'I try on for a day at most, or answer your message with /delete to take it back'
    assert.deepEqual(told(), [
      [id, `Not delivered to Alice yet, and what you write there waits: ${problem}. ${wait}`],
      [id, `Not delivered to Alice: ${problem}${inVain}`],
    ])
    const minutes = chat.minutes()
    assert.ok(minutes > 40 && minutes < 80, `${minutes} minutes`)
    assert.equal(outbox.counts().failed, 1)
    chat.linked.wa.assertNoSurprises()
  })

test('a photo whose upload fails for an hour is not tried as another kind of file, which would be the same upload', async () => {
  await using chat = await open({ beside: true })
  const { owner, home, media } = chat
  media.faultUploads({ kind: 'status', status: 503 })
  owner.sends(home, { photo: { bytes: files.photo() }, caption: 'poison' })
  owner.sends(home, 'behind it')
  assert.deepEqual(await chat.arrived(), [['text', 'behind it']])
  const uploads = media.requests.filter(({ method }) => method === 'POST')
  assert.deepEqual([...new Set(uploads.map(({ url }) => url.split('/')[2]))], ['image'])
  const minutes = chat.minutes()
  assert.ok(minutes > 40 && minutes < 80, `${minutes} minutes`)
})

test('of an album of which two pictures cannot be put into WhatsApp for an hour the others go, and an answer under the first of them says so', async () => {
  await using chat = await open({ beside: true })
  const { owner, home, media, told } = chat
  const large = Buffer.concat([files.photo(), randomBytes(100_000)])
  media.faultUploads({ kind: 'cut', after: 1 }, Number.POSITIVE_INFINITY, { over: 100_000 })
  const ids = [files.photo(), large, files.photo(), large, files.photo()].map(
    (bytes, index) =>
      owner.sends(home, {
        photo: { bytes, name: 'a.jpg' },
        caption: `poison ${index + 1}`,
        media_group_id: 'g',
      }).message_id,
  )
  owner.sends(home, 'behind it')
  assert.deepEqual((await chat.arrived()).slice(1), [
    ['photo', 'poison 1'],
    ['photo', 'poison 3'],
    ['photo', 'poison 5'],
    ['text', 'behind it'],
  ])
  await waitUntil(() => told().length > 1)
  const words = `2 of its files did not go: The upload to WhatsApp was cut off${inVain}`
  assert.deepEqual(told().slice(1), [[ids[1], `Not delivered to Alice (2, 4 of 5): ${words}`]])
  const minutes = chat.minutes()
  assert.ok(minutes > 40 && minutes < 80, `${minutes} minutes`)
})

test('a file that may have arrived before its upload failed for an hour is told as that', async () => {
  await using chat = await open({ beside: true, inDoubt: true })
  const { owner, home, media, told } = chat
  media.faultUploads({ kind: 'status', status: 503 })
  owner.sends(home, { document: { bytes: files.pdf(), name: 'a.pdf' }, caption: 'poison' })
  owner.sends(home, 'behind it')
  await chat.arrived()
  await waitUntil(() => told().length > 1)
  assert.match(
    String(told().at(-1)),
    /Perhaps not delivered to Alice, but it may have arrived: WhatsApp's media/,
  )
})

test('a file whose upload fails for hours, in which nothing gets through, arrives when that is over, and before what is behind it', async () => {
  await using chat = await open({ beside: false })
  const { owner, home, media, outbox } = chat
  media.faultUploads({ kind: 'cut', after: 1 }, 30)
  owner.sends(home, { document: { bytes: files.pdf(), name: 'a.pdf' }, caption: 'poison' })
  owner.sends(home, 'behind it')
  assert.deepEqual(await chat.arrived(), [
    ['document', 'poison'],
    ['text', 'behind it'],
  ])
  const minutes = chat.minutes()
  assert.ok(minutes > 120, `${minutes} minutes`)
  assert.equal(outbox.counts().failed, 0)
})
