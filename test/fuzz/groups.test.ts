import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressOf } from '../../src/bridge/chat-ref.ts'
import { oneLine } from '../../src/bridge/rich-text.ts'
import type { Contact } from '../simulators/whatsapp/contact.ts'
import { Linked } from '../whatsapp/baileys/linked.ts'
import { until } from '../whatsapp/support.ts'
import { runs } from './runs.ts'

const kinds = [
  ...Array<'says'>(9).fill('says'),
  ...Array<'renames' | 'joins'>(4).fill('renames').fill('joins', 2),
  'leaves',
  'installs anew',
  'goes over',
  'line breaks',
  'restart',
] as const
/** What somebody of the group does, or what is done to it or the bridge. */
const anyDeed = fc.record({
  kind: fc.constantFrom(...kinds),
  which: fc.nat({ max: 9 }),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
})
type Deed = typeof anyDeed extends fc.Arbitrary<infer Value> ? Value : never

/** A group that the bridge hears, and what it has to have said there. */
const openGroup = async (addressing: 'pn' | 'lid') => {
  const linked = await Linked.started()
  const { wa } = linked
  const people = [
    wa.addContact({ name: 'Alice' }),
    wa.addContact({ pushName: 'Bob' }),
    wa.addContact({ pushName: 'Carol', pair: 'asked' }),
    wa.addContact({ name: 'Dan' }),
    wa.addContact({ pushName: 'Eve: e_1@home' }),
  ]
  const group = wa.addGroup({ subject: 'Class', participants: people.slice(0, 3), addressing })
  const wanted = ['me: Created the group: Class']
  const perform = async ({ kind, which, name }: Deed): Promise<void> => {
    const inside = [...group.participants]
    const member = inside[which % inside.length] ?? assert.fail()
    const outside = people.filter(person => !group.participants.has(person))
    const newcomer = outside[which % Math.max(1, outside.length)]
    const stands = (person: Contact, words: string) => wanted.push(`${person.pushName}: ${words}`)
    if (kind === 'says') {
      await member.send(`text ${wanted.length}`, { to: group })
      stands(member, `text ${wanted.length}`)
    } else if (kind === 'renames') {
      const subject = `${name}@${wanted.length}`
      group.rename(subject, member)
      stands(member, `Renamed the group to: ${oneLine(subject)}`)
    } else if (kind === 'joins' && newcomer) {
      group.add([newcomer])
      stands(newcomer, 'Has joined the group')
    } else if (kind === 'leaves' && inside.length > 1) {
      group.remove(member)
      stands(member, 'Has left the group')
    } else if (kind === 'installs anew') member.reinstall()
    else if (kind === 'goes over') group.addressing = group.addressing === 'pn' ? 'lid' : 'pn'
    else if (kind === 'line breaks') wa.dropConnection()
    else if (kind === 'restart') await linked.restart()
  }
  const said = (): string[] =>
    linked.bridge.messages.map(({ sender, content }) => {
      // Whoever has not written yet may be known by number alone.
      const person = people.find(each => [each.lid, each.pn].includes(addressOf(sender.person)))
      const words = content.kind === 'text' ? content.body.text : 'label' in content ? content.label : ''
      return `${sender.me ? 'me' : (person?.pushName ?? sender.person)}: ${words}`
    })
  return { linked, wa, wanted, perform, said, [Symbol.asyncDispose]: () => linked[Symbol.asyncDispose]() }
}

test('whatever happens to a group, what is said and done there stands once, in order, by whom it was', async () => {
  const stands = async (addressing: 'pn' | 'lid', course: readonly Deed[]): Promise<void> => {
    await using opened = await openGroup(addressing)
    const { wa, linked, wanted, said } = opened
    for (const deed of course) await opened.perform(deed)
    await until('all of it', () => said().length >= wanted.length)
    await until('the acks', () => wa.pending.length === 0)
    assert.deepEqual(said(), wanted)
    assert.deepEqual(linked.bridge.again, [])
    assert.deepEqual(
      wa.requests.filter(({ tag, attrs }) => tag === 'receipt' && attrs['type'] === 'retry'),
      [],
    )
    wa.assertNoSurprises()
  }
  const anyCourse = fc.array(anyDeed, { minLength: 20, maxLength: 50 })
  await fc.assert(fc.asyncProperty(fc.constantFrom('pn', 'lid'), anyCourse, stands), runs(6))
})
