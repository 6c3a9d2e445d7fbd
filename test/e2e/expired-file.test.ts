import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files, samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const expiredPhoto = async ({ wa }: World, caption: string) => {
  const message = await samples.photo(wa.media, caption)
  wa.media.expire(message.imageMessage?.directPath ?? '')
  return message
}

test('a file that WhatsApp has deleted is asked for again from the phone, and comes at its place', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  await world.run()
  await alice.send(await expiredPhoto(world, 'The lake'))
  await alice.send('Nice?')
  const [photo, text] = await eventually(
    () => group.transcript().length === 2 && group.transcript(),
    'both messages',
    120_000,
  )
  assert.deepEqual([photo?.kind, photo?.text, photo?.file?.size], ['photo', 'The lake', files.photo().length])
  assert.equal(text?.text, 'Nice?')
  world.wa.assertNoSurprises()
  world.tg.assertNoSurprises()
})

test('while the phone is off words stand for the file, over a restart; then it takes their place', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  world.wa.phone.switch(false)
  await alice.send(await expiredPhoto(world, 'The lake'))
  await alice.send('Nice?')
  await eventually(() => group.transcript().length === 2, 'words and the next message', 120_000)
  const [words] = group.transcript()
  assert.match(words?.text ?? '', /could not be carried over.*\nThe lake/s)
  bridge.kill('SIGKILL')
  await bridge.ended
  await world.run()
  world.wa.phone.switch(true)
  const photo = await eventually(
    () => group.transcript().find(({ kind }) => kind === 'photo'),
    'the photo',
    120_000,
  )
  assert.deepEqual([photo.text, photo.file?.size], ['The lake', files.photo().length])
  assert.equal(group.transcript().length, 2)
  assert.ok(group.transcript().every(({ text }) => !text.includes('could not be carried over')))
  world.wa.assertNoSurprises()
  world.tg.assertNoSurprises()
})
