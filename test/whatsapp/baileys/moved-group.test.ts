import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const asksAgain = ({ tag, attrs }: BinaryNode): boolean => tag === 'receipt' && attrs['type'] === 'retry'

for (const [from, to] of [
  ['pn', 'lid'],
  ['lid', 'pn'],
] as const) {
  test(`What is said in a group is read at once and in order when it calls its members by other addresses (${from}, then ${to})`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const people = [
      wa.addContact({ name: 'Alice' }),
      wa.addContact({ pushName: 'Bob', pair: 'asked' }),
      wa.addContact({ pushName: 'Eve' }),
    ]
    const group = wa.addGroup({ subject: 'Class', participants: people, addressing: from })
    const expected: string[] = []
    const say = async (words: string): Promise<void> => {
      for (const person of people) {
        await person.send(`${words} of ${person.pushName}`, { to: group })
        expected.push(`${words} of ${person.pushName}`)
      }
      await wa.phone.send(group, `${words} of mine`)
      expected.push(`${words} of mine`)
    }
    for (const words of ['one', 'two']) await say(words)
    await until('what came before', () => linked.bridge.said.length === 1 + expected.length)
    group.addressing = to
    for (const words of ['three', 'four']) await say(words)
    await until('all of it', () => linked.bridge.said.length === 1 + expected.length)
    assert.deepEqual(linked.bridge.said.slice(1), expected)
    assert.deepEqual(wa.requests.filter(asksAgain), [])
    const writers = new Set(linked.bridge.messages.slice(1).map(({ sender }) => sender.person))
    assert.deepEqual(writers, new Set([...people, wa.account].map(({ lid }) => `whatsapp:${lid}`)))
    wa.assertNoSurprises()
  })
}
