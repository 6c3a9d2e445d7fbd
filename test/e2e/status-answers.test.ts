import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files, samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('An answer to a status goes to whoever posted it and quotes the status; what becomes of it is shown where it was written', async () => {
  await using world = await World.open({ messages: ['receipts: true'] })
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const bob = wa.addContact({ name: 'Bob' })
  const [statuses, hers] = ['Statuses', 'Alice'].map(title =>
    tg.addSupergroup({ title, members: [owner], botRights: {} }),
  )
  assert.ok(statuses && hers)
  assert.equal((await world.link()).code, 0)
  for (const [chat, place] of [
    ['status@broadcast', statuses],
    ['Alice', hers],
  ] as const) {
    assert.equal((await world.wa2tg('map', 'add', chat, String(place.id))).code, 0)
  }
  const bridge = await world.run()
  const seen = (words: string) => statuses.transcript().find(({ text }) => text.includes(words))
  const signs = (id: number) =>
    tg
      .callsOf('setMessageReaction')
      .filter(({ params }) => params['message_id'] === id)
      .map(({ params }) => JSON.stringify(params['reaction']))
  const post = await alice.postStatus('At the *lake*')
  await bob.postStatus(await samples.photo(wa.media, 'A swan'))
  const lake = await eventually(() => seen('At the lake'), 'her status')
  const swan = await eventually(() => seen('A swan'), 'his status')

  const asked = owner.sends(statuses, { text: 'Which one?', reply_to: lake.id })
  const got = await eventually(() => alice.inbox[0], 'the answer on her phone')
  assert.equal(got.shown?.text, 'Which one?')
  assert.deepEqual(got.shown?.quote, {
    id: post,
    author: alice.lid,
    text: 'At the *lake*',
    chat: 'status@broadcast',
  })
  const photo = { bytes: files.photo(), name: 'photo.jpg' }
  owner.sends(statuses, { photo, caption: 'Ours', reply_to: swan.id })
  const his = await eventually(() => bob.inbox[0], 'the answer on his phone')
  assert.deepEqual([his.shown?.kind, his.shown?.text, his.shown?.quote?.text], ['photo', 'Ours', 'A swan'])
  assert.equal(alice.inbox.length, 1)

  // What becomes of it stands under it, although her own chat is mapped to another, and his to none.
  alice.read([got.id])
  await eventually(() => signs(asked.message_id).at(-1)?.includes('👀'), 'that she has read it')
  await alice.acts.react(got.id, '❤️')
  await eventually(() => signs(asked.message_id).at(-1)?.includes('❤'), 'her reaction')
  assert.deepEqual(hers.transcript(), [])
  owner.edits(statuses, asked.message_id, 'Which lake?')
  const line = await eventually(() => wa.transcript.find(({ id }) => id === got.id), 'her line')
  await eventually(() => line.shown?.text === 'Which lake?', 'the edit on her phone')
  // What she answers is said in her own chat, with what it answers.
  await alice.send(
    samples.reply('The small one', { id: got.id, author: wa.account.lid, text: 'Which lake?' }),
  )
  const answer = await eventually(() => hers.transcript()[0], 'her answer')
  assert.match(answer.text, /Which lake\?.*The small one/s)

  // Whatever does not answer a status is for nobody.
  owner.sends(statuses, { text: 'Hello?' })
  await eventually(() => seen('only to be read'), 'the reason why not')
  // Nor does it go somewhere when WhatsApp refuses it.
  wa.refuseNext(403)
  const failing = owner.sends(statuses, { text: 'Refused', reply_to: lake.id })
  const notice = await eventually(() => seen('Not delivered to Alice'), 'the failure')
  assert.equal(notice.replyTo, failing.message_id)
  await eventually(() => signs(failing.message_id).at(-1)?.includes('👎'), 'the mark of failure')

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
})
