import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import type { Attachment, OutgoingMessage, SimChat, SimTopic } from '../simulators/telegram/index.ts'
import type { Contact, Group } from '../simulators/whatsapp/index.ts'
import type { Shown, ShownFile } from '../simulators/whatsapp/phone-view.ts'
import { World } from '../simulators/world.ts'

/** What a phone shows; of the file the facts, for its bytes are compared with what was sent. */
interface Expected extends Partial<Omit<Shown, 'file'>> {
  file?: Partial<ShownFile>
}

/** What the owner sends in Telegram, and what must be seen of it on a phone. */
const kinds: readonly (readonly [what: string, OutgoingMessage, Expected])[] = [
  [
    'a photo with a caption',
    { photo: photo(), caption: 'see bold', entities: [{ type: 'bold', offset: 4, length: 4 }] },
    {
      kind: 'photo',
      text: 'see *bold*',
      file: { thumbnail: files.thumbnail(), mime: 'image/jpeg', width: 640, height: 480 },
    },
  ],
  [
    'a video',
    { video: film({ width: 640, height: 360, duration: 12 }), caption: 'clip' },
    {
      kind: 'video',
      text: 'clip',
      file: { mime: 'video/mp4', width: 640, height: 360, seconds: 12, thumbnail: files.thumbnail() },
    },
  ],
  [
    'a GIF',
    { animation: film({ width: 320, height: 240, duration: 2 }), caption: 'lol' },
    {
      kind: 'gif',
      text: 'lol',
      file: { mime: 'video/mp4', width: 320, height: 240, seconds: 2, thumbnail: files.thumbnail() },
    },
  ],
  [
    'a video note',
    { video_note: film({ length: 384, duration: 8 }) },
    {
      kind: 'video note',
      file: { mime: 'video/mp4', width: 384, height: 384, seconds: 8, thumbnail: files.thumbnail() },
    },
  ],
  [
    'a covered photo',
    { photo: photo(), fields: { has_media_spoiler: true } },
    {
      kind: 'photo',
      viewOnce: true,
      file: { mime: 'image/jpeg', width: 640, height: 480, thumbnail: files.thumbnail() },
    },
  ],
  [
    'a photo that was passed on',
    {
      photo: photo(),
      fields: { forward_origin: { type: 'hidden_user', date: 1, sender_user_name: 'Somebody' } },
    },
    {
      kind: 'photo',
      forwarded: true,
      file: { mime: 'image/jpeg', width: 640, height: 480, thumbnail: files.thumbnail() },
    },
  ],
  [
    'a QuickTime video',
    { video: { bytes: files.film(), name: 'a.mov', mime: 'video/quicktime', duration: 2 } },
    { kind: 'document', file: { mime: 'video/quicktime', name: 'a.mov' } },
  ],
  [
    'a voice note',
    { voice: { bytes: files.speech(), duration: 4 } },
    { kind: 'voice', file: { mime: 'audio/ogg; codecs=opus', seconds: 4 } },
  ],
  [
    'music',
    { audio: { bytes: files.song(), name: 'song.mp3', duration: 200 } },
    { kind: 'audio', file: { mime: 'audio/mpeg', seconds: 200 } },
  ],
  [
    'a document',
    { document: { bytes: files.pdf(), name: 'Timetable 4b.pdf' }, caption: 'p. 3' },
    { kind: 'document', text: 'p. 3', file: { mime: 'application/pdf', name: 'Timetable 4b.pdf' } },
  ],
  [
    'a picture sent as a file',
    { document: { bytes: files.photo(), name: 'orig.jpg' } },
    { kind: 'document', file: { mime: 'image/jpeg', name: 'orig.jpg' } },
  ],
  [
    'a static sticker',
    { sticker: { bytes: files.sticker(), name: 's.webp', emoji: '🐸' } },
    { kind: 'sticker', file: { mime: 'image/webp', width: 512, height: 512 } },
  ],
  [
    'a text that was passed on from a channel',
    {
      text: 'news',
      fields: {
        forward_origin: {
          type: 'channel',
          date: 1,
          chat: { id: -100555, type: 'channel', title: 'Chan' },
          message_id: 5,
        },
      },
    },
    { kind: 'text', text: 'news', forwarded: true },
  ],
  [
    'a text under a spoiler, for which WhatsApp has nothing',
    { text: 'the butler did it', entities: [{ type: 'spoiler', offset: 4, length: 6 }] },
    { kind: 'text', text: 'the butler did it' },
  ],
  [
    'a live photo, of which the photo goes',
    {
      photo: photo(),
      caption: 'waving',
      fields: {
        live_photo: {
          file_id: 'LIVE',
          file_unique_id: 'LIVE1',
          width: 640,
          height: 480,
          duration: 2,
          mime_type: 'video/mp4',
        },
      },
    },
    {
      kind: 'photo',
      text: 'waving',
      file: { mime: 'image/jpeg', width: 640, height: 480, thumbnail: files.thumbnail() },
    },
  ],
  [
    'a game',
    { fields: { game: { title: 'Corsairs', description: 'Set sail', photo: [] } } },
    { kind: 'text', text: '🎮 Corsairs\nSet sail' },
  ],
  [
    'a checklist',
    {
      fields: {
        checklist: {
          title: 'Buy',
          tasks: [
            { id: 1, text: 'Milk', completion_date: 1_790_000_000 },
            { id: 2, text: 'Bread' },
          ],
        },
      },
    },
    { kind: 'text', text: 'Buy\n☑ Milk\n☐ Bread' },
  ],
  [
    'a rich message',
    {
      fields: {
        rich_message: {
          blocks: [
            { type: 'heading', size: 1, text: 'Plan' },
            { type: 'paragraph', text: ['at the ', { type: 'bold', text: 'gate' }] },
          ],
        },
      },
    },
    { kind: 'text', text: 'Plan\n\nat the gate' },
  ],
  ['dice', { fields: { dice: { emoji: '🎲', value: 4 } } }, { kind: 'text', text: '🎲 4' }],
  [
    'a location',
    { location: { latitude: 52.5, longitude: 13.4 } },
    { kind: 'location', location: { latitude: 52.5, longitude: 13.4 } },
  ],
  [
    'a venue',
    {
      location: { latitude: 52.5, longitude: 13.4 },
      fields: {
        venue: { location: { latitude: 52.5, longitude: 13.4 }, title: 'Gate', address: 'Platz 1' },
      },
    },
    {
      kind: 'location',
      location: { latitude: 52.5, longitude: 13.4, name: 'Gate', address: 'Platz 1' },
    },
  ],
  [
    'a contact',
    { contact: { phone_number: '15551230000', first_name: 'Jane' } },
    {
      kind: 'contacts',
      contacts: [
        {
          name: 'Jane',
          whatsapp: '15551230000',
          vcard:
            'BEGIN:VCARD\nVERSION:3.0\nN:;Jane;;;\nFN:Jane\nTEL;type=CELL;waid=15551230000:+15551230000\nEND:VCARD',
        },
      ],
    },
  ],
]

function photo(): Attachment {
  return { bytes: files.photo() }
}

function film(more: Partial<Attachment>): Attachment {
  return { bytes: files.film(), name: 'film.mp4', thumbnail: files.thumbnail(), ...more }
}

const attachmentOf = (message: OutgoingMessage): Attachment | undefined =>
  Object.values(message).find((value): value is Attachment => typeof value === 'object' && 'bytes' in value)

describe('from Telegram to WhatsApp', () => {
  let world: World
  let alice: Contact
  let family: Group
  let places: readonly (readonly [name: string, SimChat | SimTopic])[]

  before(async () => {
    world = await World.open({ messages: ['link_previews: true', 'spoilers_as_view_once: true'] })
    const { wa, tg, owner } = world
    alice = wa.addContact({ name: 'Alice' })
    family = wa.addGroup({ subject: 'Family', participants: [alice] })
    const forum = tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [owner], botRights: {} })
    const topics = ['Alice', 'Family'].map(name => forum.addTopic({ name }))
    assert.equal((await world.link()).code, 0)
    for (const topic of topics) {
      const target = `${forum.id}/${topic.message_thread_id}`
      assert.equal((await world.wa2tg('map', 'add', topic.name, target)).code, 0)
    }
    places = topics.map(topic => [topic.name, topic])
    await world.run()
  })

  after(async () => {
    world.wa.assertNoSurprises()
    world.tg.assertNoSurprises()
    await world[Symbol.asyncDispose]()
  })

  for (const [what, message, expected] of kinds) {
    test(`${what} arrives as such, in private and in a group`, async () => {
      for (const [name, place] of places) {
        const before = alice.inbox.length
        world.owner.sends(place, message)
        const entry = await eventually(() => alice.inbox.at(before), `${what} in ${name}`)
        assert.equal(entry.chat, name === 'Family' ? family.jid : alice.lid)
        const { file, ...seen } = entry.shown ?? { kind: 'nothing' }
        const { file: facts, ...words } = expected
        assert.deepEqual(seen, { text: '', forwarded: false, viewOnce: false, ...words })
        const { bytes, waveform, ...found } = file ?? {}
        if (message.voice) assert.deepEqual([waveform?.length, Math.max(...(waveform ?? []))], [64, 100])
        assert.deepEqual(found, { ...facts })
        assert.deepEqual(bytes, attachmentOf(message)?.bytes)
      }
    })
  }

  const [moving, other] = [
    { mime: 'video/webm', name: 'k.webm' },
    { mime: 'application/x-tgsticker', name: 'k.tgs' },
  ]
  const webm = Buffer.from('GkXfo59ChoEB', 'base64')
  const tgs = Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64')

  test('moving stickers arrive as stills, as stickers or photos, and that is said once', async () => {
    const [, place] = places[0] ?? []
    assert.ok(place)
    const said = () => place.transcript().filter(({ text }) => text.includes('still picture'))
    const stickers: (readonly [Attachment, kind: string, text: string])[] = [
      [{ bytes: webm, ...moving, thumbnail: files.sticker() }, 'sticker', ''],
      [{ bytes: tgs, ...other, thumbnail: files.thumbnail() }, 'photo', ''],
      [{ bytes: tgs, ...other, emoji: '🐸' }, 'text', '🐸'],
    ]
    const sent: number[] = []
    for (const [sticker, kind, text] of stickers) {
      const before = alice.inbox.length
      sent.push(world.owner.sends(place, { sticker }).message_id)
      const { shown: seen } = await eventually(() => alice.inbox.at(before), kind)
      assert.deepEqual([seen?.kind, seen?.text], [kind, text])
      if (sticker.thumbnail) assert.deepEqual(seen?.file?.bytes, Buffer.from(sticker.thumbnail))
    }
    await eventually(() => said().length > 0, 'the word about stills')
    assert.deepEqual(
      said().map(({ replyTo }) => replyTo),
      sent.slice(0, 1),
    )
  })

  test('a live location is told where it begins and where it ends, and that is said once', async () => {
    const [, place] = places[0] ?? []
    assert.ok(place)
    const before = alice.inbox.length
    const gate = { latitude: 52.5, longitude: 13.4 }
    const { message_id: id } = world.owner.sends(place, { location: { ...gate, live_period: 900 } })
    await eventually(() => alice.inbox.length > before, 'where it begins')
    world.owner.edits(place, id, { location: { ...gate, latitude: 52.6, live_period: 900 } })
    world.owner.edits(place, id, { location: { ...gate, latitude: 52.7 } })
    await eventually(() => alice.inbox.length > before + 1, 'where it ends')
    assert.deepEqual(
      alice.inbox.slice(before).map(({ shown: seen }) => [seen?.location?.latitude, seen?.location?.name]),
      [
        [52.5, 'Live location (where it began)'],
        [52.7, 'Live location (where it ended)'],
      ],
    )
    const said = place.transcript().filter(({ text }) => text.includes('where a live location begins'))
    assert.deepEqual(
      said.map(({ replyTo }) => replyTo),
      [id],
    )
  })

  test('a link is previewed, and the network at home is not asked', async () => {
    const [, place] = places[0] ?? []
    assert.ok(place)
    const { media } = world.wa
    media.page('/inside', { status: 302, headers: { location: world.tg.apiRoot } })
    const link = media.page('/lakes', '<meta property="og:title" content="Lakes">')
    const before = alice.inbox.length
    world.owner.sends(place, `see ${link}`)
    world.owner.sends(place, `see https://${media.host}/inside`)
    world.owner.sends(place, `see ${world.tg.apiRoot}/x`)
    await eventually(() => alice.inbox.length === before + 3, 'the links')
    assert.deepEqual(
      alice.inbox.slice(before).map(({ shown: seen }) => seen?.preview),
      [{ url: link, title: 'Lakes', description: '' }, undefined, undefined],
    )
  })

  test('a photo that answers a message quotes it', async () => {
    const [, place] = places[0] ?? []
    assert.ok(place)
    await alice.send('Where are you?')
    const question = await eventually(
      () => place.transcript().find(({ text }) => text.includes('Where')),
      'the question',
    )
    const before = alice.inbox.length
    world.owner.sends(place, { photo: photo(), reply_to: question.id })
    const { shown: seen } = await eventually(() => alice.inbox.at(before), 'the photo')
    assert.deepEqual(
      [seen?.kind, seen?.quote?.text, seen?.quote?.author],
      ['photo', 'Where are you?', alice.lid],
    )
  })

  test('what somebody else said in Telegram alone is shown to nobody in WhatsApp, also where it is answered', async () => {
    const [, place] = places[0] ?? []
    assert.ok(place)
    const { message_id, chat, date } = world.owner.sends(place, 'a first one')
    const from = { id: 7002, is_bot: false, first_name: 'Bob' }
    const said = { message_id: message_id + 1000, chat, date, from, text: 'Shall we sell the house?' }
    const before = alice.inbox.length
    world.owner.sends(place, { text: 'Yes', fields: { reply_to_message: said } })
    const { message, shown: seen } = await eventually(
      () => alice.inbox.slice(before).find(({ shown }) => shown?.text === 'Yes'),
      'the answer',
    )
    assert.equal(seen?.quote, undefined)
    assert.doesNotMatch(JSON.stringify(message), /house/)
  })

  test('words that were picked out of a message are what is quoted, in private and in a group', async () => {
    for (const [name, place] of places) {
      const group = name === 'Family' ? { to: family } : {}
      const question = `${name}: when, and where do we meet?`
      await alice.send(question, group)
      const asked = await eventually(
        () => place.transcript().find(({ text }) => text.includes(question)),
        'the question',
      )
      const before = alice.inbox.length
      const quote = { text: 'where do we meet?', position: asked.text.indexOf('where'), is_manual: true }
      world.owner.sends(place, { text: 'At the gate', reply_to: asked.id, fields: { quote } })
      const { shown: seen } = await eventually(() => alice.inbox.at(before), 'the answer')
      assert.deepEqual(
        [seen?.text, seen?.quote?.text, seen?.quote?.author],
        ['At the gate', 'where do we meet?', alice.lid],
      )
    }
  })

  test('a file that a bot may not download is answered with the reason, and the next message arrives', async () => {
    const [, place] = places[0] ?? []
    assert.ok(place)
    const before = alice.inbox.length
    const large = { bytes: Buffer.alloc(20 * 1024 * 1024 + 1), name: 'large.bin' }
    const { message_id: id } = world.owner.sends(place, { document: large })
    world.owner.sends(place, 'still here')
    const answer = await eventually(
      () => place.transcript().find(({ replyTo }) => replyTo === id),
      'the answer',
    )
    assert.match(answer.text, /^Not delivered to Alice: The file is over the 20 MB that Telegram lets a bot/)
    const { shown: seen } = await eventually(() => alice.inbox.at(before), 'the next message')
    assert.equal(seen?.text, 'still here')
  })
})
