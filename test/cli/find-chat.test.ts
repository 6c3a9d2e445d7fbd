import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findChat } from '../../src/cli/find-chat.ts'
import { UserError } from '../../src/cli/user-error.ts'
import { tempStore } from '../store/temp-store.ts'

const ANNA = 'whatsapp:2@lid'
const STRANGER = 'whatsapp:66@lid'
const NUMBER = 'whatsapp:15550000002@s.whatsapp.net'

/** The addresses that are listed where it is not clear who is meant. */
const listed = (typed: string, store: ReturnType<typeof tempStore>): string[] => {
  try {
    return [`only ${findChat(typed, store)}`]
  } catch (error) {
    assert.ok(error instanceof UserError)
    assert.equal(error.exitCode, 2)
    assert.match(error.hint ?? '', /Type the address/)
    return error.message.match(/\S+@\S+/g) ?? []
  }
}

test('a name of the address book, be it a part, is never outdone by what a stranger calls themself', () => {
  using store = tempStore()
  store.chats.learn({ chat: ANNA, kind: 'person', name: 'Anna Smith', pushName: 'Annie' })
  store.chats.learn({ chat: STRANGER, kind: 'person', pushName: 'Anna' })
  assert.deepEqual(listed('Anna', store), ['2@lid', '66@lid'])
  assert.equal(findChat('anna smith', store), ANNA)
  assert.equal(findChat('66@lid', store), STRANGER)
})

test('an exact name of the address book is that person, also where a stranger calls themself so', () => {
  using store = tempStore()
  store.chats.learn({ chat: ANNA, kind: 'person', name: 'Anna' })
  store.chats.learn({ chat: STRANGER, kind: 'person', pushName: 'Anna' })
  assert.equal(findChat('Anna', store), ANNA)
})

test('where nobody else has it, what somebody calls themself will do', () => {
  using store = tempStore()
  store.chats.learn({ chat: STRANGER, kind: 'person', pushName: 'Anna' })
  assert.equal(findChat('Anna', store), STRANGER)
})

test('a whole number is that number, whatever somebody calls themself', () => {
  for (const typed of ['+15550000002', '+1 555 000-0002']) {
    using store = tempStore()
    store.chats.learn({ chat: STRANGER, kind: 'person', pushName: typed })
    assert.equal(findChat(typed, store), NUMBER)
    store.chats.learn({ chat: ANNA, aliases: [NUMBER] })
    assert.equal(findChat(typed, store), ANNA)
  }
})

test('a whole number is no part of another one', () => {
  using store = tempStore()
  store.chats.learn({ chat: 'whatsapp:4915550000002@s.whatsapp.net', kind: 'person', name: 'Zoe' })
  assert.equal(findChat('+15550000002', store), NUMBER)
  const both = ['4915550000002@s.whatsapp.net', '15550000002@s.whatsapp.net']
  assert.deepEqual(listed('15550000002', store), both, 'without its + it may be either')
  store.chats.learn({ chat: NUMBER, kind: 'person' })
  assert.equal(findChat('15550000002', store), NUMBER)
})
