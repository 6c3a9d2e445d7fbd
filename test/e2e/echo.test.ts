import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

/** A voice note with words is two messages in WhatsApp. */
const spoken = { voice: { bytes: files.speech(), duration: 4 }, caption: 'The words' }

test('what WhatsApp hands back of our own messages is not said in Telegram, before or after they are linked', async () => {
  await using world = await World.open()
  const { wa, owner } = world
  const { alice, group } = await world.mapAlice()
  await world.run()
  const said = () => group.transcript().flatMap(({ text, from }) => (from.isBot ? [text] : []))
  const markers: string[] = []
  /** What came before it has been dealt with when it is there: one follows the other in its chat. */
  const marked = async (text: string) => {
    markers.push(text)
    await alice.send(text)
    await eventually(() => said().includes(text), text, 120_000)
  }
  wa.holdAcks(true)
  owner.sends(group, spoken)
  for (const position of [0, 1]) {
    await eventually(() => alice.inbox.length === position + 1, 'a part', 120_000)
    await wa.phone.echo(alice.inbox[position]?.id ?? '')
    await marked(`While part ${position + 1} is not acknowledged`)
    wa.holdAcks(false)
    wa.holdAcks(position === 0)
  }
  owner.sends(group, 'And another')
  await eventually(() => alice.inbox.length === 3, 'the next message', 120_000)
  for (const { id } of alice.inbox) await wa.phone.echo(id)
  await marked('When all is linked')
  assert.deepEqual(said(), markers)
  assert.deepEqual(
    alice.inbox.map(({ shown, copies }) => [shown?.kind, shown?.text, copies]),
    [
      ['voice', '', 1],
      ['text', 'The words', 1],
      ['text', 'And another', 1],
    ],
  )
  wa.assertNoSurprises()
})

test('nor what is handed back of a part that was on its way when the bridge was killed', async () => {
  await using world = await World.open()
  const { wa, owner } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  wa.holdAcks(true)
  owner.sends(group, spoken)
  await eventually(() => alice.inbox.length === 1, 'the first part', 120_000)
  wa.holdAcks(false)
  wa.holdAcks(true)
  await eventually(() => alice.inbox.length === 2, 'the second part', 120_000)
  bridge.kill('SIGKILL')
  await bridge.ended
  for (const { id } of alice.inbox) await wa.phone.echo(id)
  await alice.send('Still there?')
  wa.holdAcks(false)
  await world.run()
  const said = () => group.transcript().flatMap(({ text, from }) => (from.isBot ? [text] : []))
  await eventually(() => said().includes('Still there?'), 'what Alice says', 120_000)
  owner.sends(group, 'Yes')
  await eventually(() => alice.inbox.length === 3, 'the answer', 120_000)
  assert.deepEqual(said(), ['Still there?'])
  assert.deepEqual(
    alice.inbox.map(({ shown }) => shown?.text),
    ['', 'The words', 'Yes'],
  )
})
