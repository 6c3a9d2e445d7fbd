import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { MappingError } from '../../src/store/index.ts'
import { tempStore } from './temp-store.ts'

const phones = [1, 2, 3].map((n): ChatRef => `whatsapp:4900${n}@s.whatsapp.net`)
const lids = [1, 2, 3].map((n): ChatRef => `whatsapp:9${n}@lid`)
const anyone = fc.constantFrom(...phones, ...lids)

const step = fc.oneof(
  fc.record({
    kind: fc.constant('learn' as const),
    chat: anyone,
    aliases: fc.array(anyone, { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('map' as const), chat: anyone, topic: fc.nat(2), only: fc.boolean() }),
  fc.record({ kind: fc.constant('message' as const), chat: anyone, id: fc.nat(1) }),
)

test('however addresses are learned, each has one canonical ref and everything stands under that one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.boolean(), (steps, together) => {
      using store = tempStore()
      const { chats, mappings, links, database } = store
      let telegramId = 0
      const go = (each: (typeof steps)[number]): void => {
        if (each.kind === 'learn') {
          const ref = chats.learn({ chat: each.chat, aliases: each.aliases })
          assert.equal(chats.resolve(each.chat), each.chat.endsWith('@lid') ? each.chat : ref)
        } else if (each.kind === 'map') {
          try {
            mappings.add({
              whatsapp: each.chat,
              telegram: `telegram:-100/${each.topic}`,
              toTelegramOnly: each.only,
            })
          } catch (error) {
            assert.ok(error instanceof MappingError)
          }
        } else {
          const chat = chats.resolve(each.chat)
          const source = links.remember({ chat, id: `M${each.id}`, author: chat, me: false }, 1)
          telegramId += 1
          if (source !== undefined) links.add(source, 'telegram:-100/0', { id: String(telegramId) }, 1)
        }
      }
      if (together) store.transaction(() => steps.forEach(go))
      else steps.forEach(go)

      for (const ref of [...phones, ...lids]) {
        assert.equal(chats.resolve(chats.resolve(ref)), chats.resolve(ref), 'canonical is canonical')
        if (ref.endsWith('@lid')) assert.equal(chats.resolve(ref), ref, 'a LID is never an alias')
      }
      const aliases = new Set(
        database.all<{ alias: string }>('SELECT alias FROM aliases').map(row => row.alias),
      )
      const columns = [
        'ref FROM chats',
        'whatsapp FROM mappings',
        'chat FROM messages',
        'author FROM messages',
      ] as const
      for (const column of columns) {
        for (const row of database.all<Record<string, string>>(`SELECT ${column}`)) {
          for (const value of Object.values(row))
            assert.ok(!aliases.has(value), `${column} names alias ${value}`)
        }
      }
      assert.deepEqual(database.all('PRAGMA foreign_key_check'), [])
      for (let id = 1; id <= telegramId; id += 1) {
        const message = { chat: 'telegram:-100/0', id: String(id) } as const
        const origin = links.find(message) && links.origin(message)
        if (links.find(message)) assert.ok(origin, 'what was sent leads back')
      }
    }),
    { numRuns: 150 },
  )
})
