import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const count = 200

test('200 messages of a group that waited come as no more than a minute lets through, and each can still be changed and answered', async () => {
  await using world = await World.open({ rates: true })
  const { wa, tg, owner } = world
  const people = ['Ann', 'Ben', 'Cem'].map((name, index) =>
    wa.addContact({ phone: `1555000200${index}`, lid: `90000000000200${index}`, name }),
  )
  const family = wa.addGroup({ subject: 'Family', participants: people })
  const group = tg.addSupergroup({ title: 'Family', members: [owner], botRights: {} })
  await world.link()
  const { code, stderr } = await world.wa2tg('map', 'add', family.jid, String(group.id))
  assert.equal(code, 0, stderr)
  const authorOf = (index: number) => people[index % people.length] ?? assert.fail()
  const ids: string[] = []
  for (let index = 0; index < count; index += 1)
    ids.push(await authorOf(index).send(samples.text(`Message no. ${index}`), { to: family }))

  await world.run()
  const bodies = () =>
    group
      .transcript()
      .flatMap(({ text }) => text?.split('\n').filter(line => line.startsWith('Message')) ?? [])
  await eventually(() => bodies().length >= count, 'all messages', 120_000)
  assert.deepEqual(
    bodies(),
    ids.map((_, index) => `Message no. ${index}`),
  )
  // What a group may get within a minute; how long that takes is measured by `test/traffic`, without a machine's doing.
  const seen = group.transcript()
  assert.ok(seen.length <= 20, `${seen.length} messages`)
  let sender = ''
  for (const line of seen.flatMap(({ text }) => text?.split('\n') ?? [])) {
    sender = /^(Ann|Ben|Cem)( · .*\d\d:\d\d)?$/.exec(line)?.[1] ?? sender
    const index = /^Message no. (\d+)$/.exec(line)?.[1]
    if (index !== undefined) assert.equal(sender, authorOf(Number(index)).name, line)
  }
  assert.ok(
    seen.some(({ text }) => text?.match(/ · .*\d\d:\d\d\n/g)?.length === 20),
    'with their times',
  )

  /** The message in which one stands, and the lines of it. */
  const holderOf = (words: string) => group.transcript().find(({ text }) => text?.split('\n').includes(words))
  const keyOf = (index: number) => ({ id: ids[index] ?? '', remoteJid: family.jid, fromMe: true })
  const { Type } = proto.Message.ProtocolMessage
  const before = holderOf('Message no. 57')?.id
  await authorOf(57).send(
    {
      protocolMessage: {
        key: keyOf(57),
        type: Type.MESSAGE_EDIT,
        editedMessage: { conversation: 'Message no. 57, mended' },
      },
    },
    { to: family },
  )
  await authorOf(58).send({ protocolMessage: { key: keyOf(58), type: Type.REVOKE } }, { to: family })
  await eventually(() => holderOf('Message no. 57, mended') && !holderOf('Message no. 58'), 'the changes')
  assert.equal(holderOf('Message no. 57, mended')?.id, before)

  const reacted = { ...keyOf(100), fromMe: false, participant: authorOf(100).lid }
  await authorOf(101).send({ reactionMessage: { key: reacted, text: '👍' } }, { to: family })
  const note = await eventually(() => group.transcript().find(({ quote }) => quote !== undefined), 'the note')
  assert.deepEqual([note.replyTo, note.quote], [holderOf('Message no. 100')?.id, 'Message no. 100'])
  assert.match(note.text ?? '', /^👍 /)

  await authorOf(103).send(
    samples.reply('Quite so', { id: ids[104] ?? '', author: authorOf(104).lid, text: 'Message no. 104' }),
    { to: family },
  )
  const answer = await eventually(
    () => group.transcript().find(({ text }) => text?.endsWith('Quite so')),
    'the answer',
  )
  assert.deepEqual([answer.replyTo, answer.quote], [holderOf('Message no. 104')?.id, 'Message no. 104'])

  const about = holderOf('Message no. 104')
  const position = about?.text?.indexOf('Message no. 104\n')
  owner.sends(group, {
    text: 'And you?',
    reply_to: about?.id ?? 0,
    fields: { quote: { text: 'Message no. 104', position, is_manual: true } },
  })
  const asked = await eventually(() => authorOf(104).inbox.at(-1), 'the question on the phone')
  assert.equal(textOf(asked.message), 'And you?')
  wa.assertNoSurprises()
  tg.assertNoSurprises()
  const refused = tg.calls
    .filter(({ response }) => (response as { error_code?: number } | undefined)?.error_code === 429)
    .map(({ method, params, at }) => ({ method, params, after: at - (tg.calls[0]?.at ?? 0) }))
  assert.deepEqual(refused, [])
})
