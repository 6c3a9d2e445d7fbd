import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SimChat, startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

type Course = (tg: TelegramSimulator, group: SimChat) => void

const demoted: Course = (tg, group) => tg.readmit(group)
const promoted: Course = (tg, group) => tg.readmit(group, {})
const out: Course = (tg, group) => tg.kick(group)

const words =
  'In the Telegram chat "WhatsApp" I am no administrator: what you write there does not reach me, but for commands and answers to me, and goes to nobody.\n\nMake me an administrator there, then write again what is missing.'
const reactions =
  'In the Telegram chat "WhatsApp" I am no administrator: your reactions there do not reach me, and do not go to WhatsApp.\n\nMake me an administrator there.'

for (const [what, { privacy = false, toTelegramOnly = false, course, told }] of Object.entries<{
  privacy?: boolean
  toTelegramOnly?: boolean
  course: readonly Course[]
  told: readonly string[]
}>({
  'in privacy mode no administrator any more': { privacy: true, course: [demoted], told: [words] },
  'in privacy mode let in again as a member': { privacy: true, course: [out, demoted], told: [words] },
  'told once, and again when it was over': {
    privacy: true,
    course: [demoted, demoted, promoted, demoted],
    told: [words, words],
  },
  'in privacy mode no administrator any more where nothing goes back': {
    privacy: true,
    toTelegramOnly: true,
    course: [demoted],
    told: [],
  },
  'no administrator any more': { course: [demoted], told: [reactions] },
  'let in again as a member': { course: [out, demoted], told: [reactions] },
})) {
  test(`what does not reach the bot in a group that is mapped, the owner hears: ${what}`, async () => {
    await using tg = await startTelegramSimulator({ privacy })
    const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
    const home = tg.addPrivateChat(owner)
    const open = (title: string) => tg.addSupergroup({ title, forum: true, botRights: {}, members: [owner] })
    const [group, other] = [open('WhatsApp'), open('Other')]
    const topic = group.addTopic({ name: 'Mum' })
    using store = tempStore()
    store.mappings.add({
      whatsapp: 'whatsapp:1@lid',
      telegram: `telegram:${group.id}/${topic.message_thread_id}`,
      toTelegramOnly,
    })
    await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
    await middle.start()
    for (const each of course) for (const chat of [other, group]) each(tg, chat)
    owner.sends(home, '/id')
    await tg.until('the answer', () => home.transcript().some(({ text }) => text.startsWith('This is')))
    await tg.until('all to be said', () => middle.outbox.counts().pending === 0)
    assert.deepEqual(
      home.transcript().flatMap(({ text }) => (text.startsWith('In the Telegram chat') ? [text] : [])),
      told,
    )
    tg.assertNoSurprises()
  })
}
