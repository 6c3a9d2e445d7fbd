import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

/** 2100-01-01 00:00 UTC */
const ends = 4_102_444_800

test('When WhatsApp restricts the account, its owner reads once until when and what still goes, over a restart too, and under a message that is refused that it was', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const told = () => home.transcript().map(({ text }) => text)
  wa.standing.restrict({ ends, kind: 'DEFAULT' })
  await eventually(() => told().length > 0, 'the word to the owner')
  assert.match(
    told()[0] ?? '',
    /^WhatsApp has restricted your account until 2100-01-01 00:00 UTC: nobody new can be written to\. Chats and groups that you have go on/,
  )
  wa.standing.restrict({ ends, kind: 'DEFAULT' })
  wa.standing.limit({ status: 'FIRST_WARNING', used: 40, total: 50, ends })
  await eventually(() => told().length > 1, 'the word about the limit')

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.standing.restrict({ ends, kind: 'DEFAULT' })
  wa.standing.limit({ status: 'FIRST_WARNING', used: 41, total: 50, ends })
  await world.run()
  wa.standing.limit({ status: 'CAPPED', used: 50, total: 50, ends })
  await eventually(() => told().some(text => text.includes('no more new chats')), 'the limit')
  await alice.send('chats go on')
  await eventually(() => group.transcript().some(({ text }) => text.includes('chats go on')), 'her message')
  wa.refuseNext(463)
  const refused = owner.sends(group, 'refused')
  const under = () => group.transcript().find(({ replyTo }) => replyTo === refused.message_id)
  await eventually(() => under() !== undefined, 'the answer under what was refused')
  assert.match(
    under()?.text ?? '',
    /^Not delivered to Alice: WhatsApp does not let linked devices write in this chat at the moment; write from the phone/,
  )
  owner.sends(group, 'and on')
  await eventually(() => wa.transcript.some(({ shown }) => shown?.text === 'and on'), 'what comes behind')
  assert.ok(wa.transcript.every(({ shown }) => shown?.text !== 'refused'))
  assert.deepEqual(
    told().map(text => /restricted|40 of 50|41 of 50|no more/.exec(text)?.[0]),
    ['restricted', '40 of 50', 'no more'],
  )
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
