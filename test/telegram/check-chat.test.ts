import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../src/telegram/address.ts'
import { checkChat } from '../../src/telegram/check-chat.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'

const check = async (tg: TelegramSimulator, address: string, token = tg.token) => {
  const place = parseAddress(address)
  assert.ok(place)
  return await checkChat({ token, apiRoot: tg.apiRoot, place })
}

test('a chat where the bot can post is found by id, by topic and by name, with the time that it was then', async () => {
  const time = Date.UTC(2026, 0, 2, 3, 4, 5)
  await using tg = await startTelegramSimulator({ now: () => time + 600 })
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  tg.addPrivateChat(owner)
  const group = tg.addSupergroup({
    title: 'WhatsApp',
    forum: true,
    username: 'our_chats',
    members: [owner],
    botRights: {},
  })
  const topic = group.addTopic({ name: 'Family' })
  assert.deepEqual(await check(tg, '7001'), {
    ok: true,
    place: { chatId: 7001 },
    title: 'Olivia',
    isChannel: false,
    time,
  })
  assert.deepEqual(await check(tg, `${group.id}/${topic.message_thread_id}`), {
    ok: true,
    place: { chatId: group.id, threadId: topic.message_thread_id },
    title: 'WhatsApp',
    isChannel: false,
    time,
  })
  assert.deepEqual(await check(tg, '@our_chats'), {
    ok: true,
    place: { chatId: group.id },
    title: 'WhatsApp',
    isChannel: false,
    time,
    besideTopics: true,
  })
  assert.deepEqual(group.transcript(), [])
  tg.assertNoSurprises()
})

test('what is missing is said with its remedy', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const forum = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner] })
  const plain = tg.addSupergroup({ title: 'Plain', members: [owner] })
  const left = tg.addSupergroup({ title: 'Left', members: [owner] })
  tg.kick(left)
  const group = tg.addGroup({ title: 'Small', members: [owner] })
  const moved = tg.migrate(group)
  const problems: readonly [string, RegExp][] = [
    ['-100999', /cannot see a Telegram chat "-100999"/],
    [`${forum.id}/4242`, /no topic 4242/],
    [`${plain.id}/4242`, /no topics/],
    [`${left.id}`, /cannot see|is not in/],
    [`${group.id}`, /became a supergroup/],
  ]
  for (const [address, problem] of problems) {
    const found = await check(tg, address)
    assert.ok(!found.ok, address)
    assert.match(found.problem, problem)
    assert.notEqual(found.remedy, '')
  }
  const small = await check(tg, `${group.id}`)
  assert.ok(!small.ok && small.remedy.includes(String(moved.id)))
  const refused = await check(tg, `${plain.id}`, '123456:wrong')
  assert.ok(!refused.ok)
  assert.equal(refused.problem, 'Telegram refuses the bot token')
  assert.match(refused.remedy, /^Get a new one/)
  tg.assertNoSurprises()
})
