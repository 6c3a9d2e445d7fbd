import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { files, samples, textOf } from '../simulators/samples.ts'
import type { OutgoingMessage } from '../simulators/telegram/index.ts'
import type { Contact } from '../simulators/whatsapp/index.ts'
import { World } from '../simulators/world.ts'
import { watchCommon } from './common-folder.ts'

/** Words that stand for what people say and are called; each is nowhere else. */
const planted = {
  text: 'zebra-in-the-pantry',
  caption: 'caption-of-the-zebra',
  fileName: 'zebra-contract.pdf',
  inAlbum: 'zebra-in-an-album',
  named: 'letter-of-the-zebra.pdf',
  shown: 'picture-of-the-zebra',
  answer: 'answer-to-the-zebra',
  refused: 'refused-zebra-note',
  edited: 'what-the-zebra-became',
  question: 'where-does-the-zebra-eat',
  option: 'in-the-zebra-house',
  contact: 'Zebra Zimmermann',
  place: 'zebra-crossing',
  street: 'stripes-of-the-zebra 7',
  latitude: '52.5186117',
  spoken: 'voice-of-the-zebra',
  explained: 'why-the-zebra-eats',
  subject: 'friends-of-the-zebra',
  described: 'rules-of-the-zebra',
  passphrase: 'passphrase-of-the-zebra',
  /** How the numbers and ids of all begin. */
  phone: '15550774411',
  lid: '900000000774411',
} as const

const pollOf = (type: 'regular' | 'quiz') => ({
  id: 'P',
  question: planted.question,
  options: [planted.option, 'at home'].map(text => ({ text, voter_count: 0 })),
  total_voter_count: 0,
  is_closed: false,
  is_anonymous: false,
  type,
  allows_multiple_answers: false,
})

const levels = ['silent', 'error', 'warn', 'info'] as const

const filesUnder = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name))
}

/** Kinds of rows that hold keys of the link, and how many of 32 bytes are in them at least. */
const keyed = { creds: 10, 'pre-key': 800, 'app-state-sync-key': 1, session: 3 }

/** The keys and secrets of the linked session, in the forms in which they could be printed. */
const keysIn = (folder: string): string[] => {
  using store = openStore(storePath(join(folder, 'data')))
  return Object.entries(keyed).flatMap(([type, least]) => {
    const rows = [...store.session('baileys').list(type)]
    const found = rows.flatMap(({ value }) => [
      ...value.matchAll(/"((?:[A-Za-z0-9+/]{4}){10}[A-Za-z0-9+/]{3}=)"/g),
    ])
    const base64 = [...new Set(found.map(([, key = '']) => key))]
    assert.ok(base64.length >= least, `${base64.length} keys in ${type}`)
    return base64.flatMap(key => {
      const bytes = Buffer.from(key, 'base64')
      // As the log would write bytes.
      return [key, bytes.toString('hex'), bytes.join(',')]
    })
  })
}

/**
 * Looks into every file but the config, and at who may read it; in the database, where what people say has to be, for what is to be
 * there no more than elsewhere. Returns the names of all.
 */
const searchFiles = async (
  world: World,
  secrets: readonly string[],
  nowhere: readonly string[],
): Promise<string[]> => {
  const files = (await filesUnder(world.folder)).filter(name => !name.endsWith('config.yaml'))
  for (const file of files) {
    const name = relative(world.folder, file)
    assert.equal((await stat(file)).mode & 0o077, 0, `${name} is readable by others`)
    const content = await readFile(file)
    for (const secret of name.includes('wa2tg.db') ? nowhere : secrets)
      assert.ok(!content.includes(secret), `${secret} in ${name}`)
  }
  assert.equal((await stat(join(world.folder, 'data'))).mode & 0o077, 0)
  assert.deepEqual(await filesUnder(world.temporary), [])
  return files.map(file => relative(world.folder, file))
}

test('nothing that people say, no number, token or key stands anywhere but in the database', async () => {
  const common = await watchCommon()
  await using world = await World.open()
  const { wa, tg, owner } = world
  const zoe = wa.addContact({ phone: planted.phone, lid: planted.lid, name: 'Zoe', pushName: 'Zoe' })
  const group = tg.addSupergroup({ title: 'Zoe', members: [owner], botRights: {} })
  const home = tg.addPrivateChat(owner)
  const login = await world.link()
  assert.equal((await world.wa2tg('map', 'add', 'Zoe', String(group.id))).code, 0)
  const said: string[] = [login.stderr]
  const seen = (count: number, what: string) =>
    eventually(() => group.transcript().length >= count, what, 120_000)

  const first = await world.run()
  await zoe.send(samples.text(planted.text))
  await zoe.send(await samples.photo(wa.media, planted.caption))
  await zoe.send(await samples.document(wa.media, planted.fileName))
  await seen(3, 'what Zoe sent')
  owner.sends(group, planted.answer)
  await eventually(() => zoe.inbox.some(({ message }) => textOf(message) === planted.answer), 'the answer')

  // Every way in which a delivery can go wrong has words of its own.
  for (const fault of [
    'reply-lost',
    'reset-before',
    { error: 500, description: `Internal Server Error: ${planted.text}`, done: true },
    { error: 400, description: `Bad Request: ${planted.text} is bad` },
    { status: 502, html: `<html>${planted.text}</html>`, done: true },
  ] as const) {
    tg.faults.next('sendMessage', fault)
    await zoe.send(samples.text(planted.text))
  }
  wa.refuseNext(479)
  owner.sends(group, planted.refused)
  // All but the one that Telegram refused for good, of which the owner is told.
  await seen(9, 'what could be delivered')
  await eventually(() => home.transcript().length > 0, 'the notice to the owner')
  wa.dropConnection()
  await eventually(() => wa.isLive, 'the connection', 120_000)
  first.kill('SIGKILL')
  said.push((await first.ended).stderr)

  const second = await world.run('--json')
  await zoe.send(samples.text(planted.text))
  await seen(10, 'the last message')
  said.push((await world.wa2tg('run')).stderr)
  tg.revokeToken()
  said.push((await second.ended).stderr)

  const token = [tg.token, tg.token.split(':')[1] ?? '']
  const secrets = [...Object.values(planted), ...token, ...keysIn(world.folder)]
  for (const [index, words] of said.entries()) {
    assert.ok(words.length > 0)
    for (const secret of secrets)
      assert.ok(!words.includes(secret), `${secret} in output ${index}:\n${words}`)
  }
  const left = await searchFiles(world, secrets, token)
  await common.search(secrets)
  for (const name of left) assert.match(name, /^data\/(wa2tg|lock)\.db(-wal|-shm)?$/)
})

/** What the owner sends that is more than texts and files, and the words that WhatsApp is to show of it. */
const whatOwnersSend: readonly { readonly sent: OutgoingMessage; readonly shows: readonly string[] }[] = [
  {
    sent: { location: { latitude: Number(planted.latitude), longitude: 13.4 } },
    shows: [planted.latitude],
  },
  {
    sent: {
      fields: {
        venue: {
          location: { latitude: Number(planted.latitude), longitude: 13.4 },
          title: planted.place,
          address: planted.street,
        },
      },
    },
    shows: [planted.place, planted.street],
  },
  {
    sent: { contact: { phone_number: `+${planted.phone}0`, first_name: planted.contact } },
    shows: [planted.contact],
  },
  {
    sent: { fields: { poll: pollOf('regular') } },
    shows: [planted.question, planted.option],
  },
  {
    sent: { fields: { poll: { ...pollOf('quiz'), correct_option_id: 0, explanation: planted.explained } } },
    shows: [planted.question, planted.option],
  },
  {
    sent: { voice: { bytes: files.voice(), name: planted.named, duration: 3 }, caption: planted.spoken },
    shows: [planted.spoken],
  },
]

/** Each for a chat of its own, and the words that Telegram is to show of it. */
const whatPeopleDo = ({ media }: World['wa']): readonly Doing[] => [
  {
    act: async (zoe, refused) => {
      const id = await zoe.send(samples.text(planted.text))
      await zoe.acts.react(id, '👍')
      await zoe.acts.edit(id, planted.edited)
      await zoe.acts.revoke(await zoe.send(samples.text(refused)))
    },
    shows: [planted.edited],
  },
  {
    act: async zoe => {
      const poll = await zoe.acts.poll(planted.question, [planted.option, 'at home'])
      await zoe.acts.vote(poll, [planted.option])
      const vcard = `BEGIN:VCARD\nVERSION:3.0\nFN:${planted.contact}\nTEL;waid=${planted.phone}0:+${planted.phone}0\nEND:VCARD`
      await zoe.send({ contactMessage: { displayName: planted.contact, vcard } })
    },
    shows: [planted.question, planted.option],
  },
  {
    act: async zoe => {
      const locationMessage = {
        degreesLatitude: Number(planted.latitude),
        degreesLongitude: 13.4,
        name: planted.place,
        address: planted.street,
      }
      await zoe.send({ locationMessage })
      await zoe.send(await samples.document(media, planted.fileName, planted.caption))
    },
    shows: [planted.place, planted.fileName, planted.caption],
  },
  {
    act: async zoe => {
      const photo = await samples.photo(media, planted.inAlbum)
      await zoe.acts.album([photo, photo])
    },
    shows: [planted.inAlbum],
  },
]

interface Doing {
  act(person: Contact, refused: string): Promise<void>
  readonly shows: readonly string[]
}

test('at no level from silent to info is anything told of what people do, nor by a pairing, a backup, a restore or a crash', async () => {
  const env = {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'crash-on-signal.ts')}`,
    WA2TG_TEST_CRASH: `${planted.text} at ${planted.phone}@s.whatsapp.net, +${planted.phone}`,
    WA2TG_PASSPHRASE: planted.passphrase,
  }
  const common = await watchCommon()
  await using world = await World.open({ env })
  const { wa, tg, owner } = world
  // Several people do it, each something else at each level: what waits for long in one chat of Telegram is joined.
  const people = levels.map((level, index) => {
    const contact = { phone: `${planted.phone}${index}`, lid: `${planted.lid}${index}`, pushName: 'Zoe' }
    const zoe = wa.addContact({ ...contact, name: `Zoe ${level}` })
    return { level, zoe, hers: tg.addSupergroup({ title: level, members: [owner], botRights: {} }) }
  })
  const waiting: (() => Promise<void>)[] = []
  const doings = whatPeopleDo(wa)
  const family = wa.addGroup({ subject: 'Family', participants: people.map(({ zoe }) => zoe) })
  const theirs = tg.addSupergroup({ title: 'Family', members: [owner], botRights: {} })
  const login = world.start('login', '--pairing-code', '+15550000001')
  const code = await login.says(({ stdout }) => /^\w{4}-\w{4}$/m.exec(stdout)?.[0], 180_000)
  await wa.phone.enterPairingCode(code.replace('-', ''))
  const said: string[] = [(await login.ended).stderr]
  const tell = async (...args: readonly string[]) => {
    const { code: exit, stdout, stderr } = await world.wa2tg(...args)
    assert.equal(exit, 0, stderr)
    said.push(stdout + stderr)
  }
  await tell('map', 'add', 'Family', String(theirs.id))
  for (const { level, hers } of people) await tell('map', 'add', `Zoe ${level}`, String(hers.id))

  for (const [index, { level, zoe, hers }] of people.entries()) {
    // The last run is of what was put back.
    if (level === 'info') {
      await tell('backup', join(world.folder, 'backup.wa2tg'))
      await tell('restore', join(world.folder, 'backup.wa2tg'), '--force')
    }
    const bridge = world.start('run', '--log-level', level)
    await eventually(() => wa.isLive, 'the connection', 120_000)
    const refused = `${planted.text} ${index}`
    const fault = { error: 400, description: `Bad Request: ${planted.text} is bad` }
    tg.faults.next('sendMessage', fault, { when: ({ text }) => text === refused })
    for (const [number, { act, shows }] of doings.entries()) {
      const { zoe: each, hers: place } = people[(index + number) % people.length] ?? { zoe, hers }
      await act(each, refused)
      await each.send(samples.text(`behind ${index}`))
      waiting.push(async () => {
        await eventually(
          () => place.transcript().some(({ text }) => text === `behind ${index}`),
          `the last of the ${number}th at level ${level}`,
        )
        const seen = JSON.stringify(place.transcript())
        for (const words of shows) assert.ok(seen.includes(words), words)
      })
    }
    family.rename(`${planted.subject} ${index}`, zoe)
    family.describe(planted.described, zoe)
    for (const wait of waiting.splice(0)) await wait()
    await eventually(
      () => theirs.transcript().some(({ text }) => text?.includes(`${planted.subject} ${index}`)),
      `the last of the group's at level ${level}`,
    )
    const answer = owner.sends(hers, planted.answer)
    owner.edits(hers, answer.message_id, planted.edited)
    owner.reacts(hers, answer.message_id, '👍')
    const picture = { bytes: files.photo(), name: 'zebra.jpg' }
    const group = { photo: picture, caption: planted.shown, media_group_id: `77${index}` }
    owner.sends(hers, group)
    owner.sends(hers, group)
    owner.sends(hers, { document: { bytes: files.pdf(), name: planted.named }, caption: planted.shown })
    for (const { sent } of whatOwnersSend) owner.sends(hers, sent)
    owner.sends(hers, `answered ${index}`)
    await eventually(
      () => zoe.inbox.some(({ message }) => textOf(message) === `answered ${index}`),
      `the answers at level ${level}`,
      120_000,
    )
    const got = JSON.stringify(zoe.inbox.map(({ message }) => message))
    const shown = [planted.named, planted.shown, ...whatOwnersSend.flatMap(({ shows }) => shows)]
    for (const words of shown) assert.ok(got.includes(words), words)
    bridge.kill(level === 'info' ? 'SIGUSR2' : 'SIGTERM')
    const { stderr, code: exit } = await bridge.ended
    said.push(stderr)
    if (level === 'info') assert.deepEqual([exit, /This is a bug in wa2tg/.test(stderr)], [70, true])
  }

  const status = await world.wa2tg('status')
  // What was refused at each level is among what failed. (`chats` is there to show names and addresses.)
  assert.deepEqual([status.code, /deliveries have failed/.test(status.stderr)], [1, true])
  said.push(status.stdout + status.stderr)
  const nowhere = [
    ...[planted.passphrase, code, code.replace('-', '')],
    ...[tg.token, tg.token.split(':')[1] ?? ''],
  ]
  const secrets = [...Object.values(planted), 'zebra', 'Zebra', ...nowhere, ...keysIn(world.folder)]
  await tell('logout', '--yes')
  for (const [index, words] of said.entries()) {
    for (const secret of secrets)
      assert.ok(!words.includes(secret), `${secret} in output ${index}:\n${words}`)
  }
  const left = await searchFiles(world, secrets, nowhere)
  assert.ok(left.includes('backup.wa2tg'))
  await common.search([...Object.values(planted), ...nowhere])
})
