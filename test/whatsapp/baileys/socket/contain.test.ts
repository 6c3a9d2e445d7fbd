import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import { handleInTurn } from '../../../../src/whatsapp/baileys/socket/contain.ts'

test('What the disk refuses of one message that is handled holds up none behind it, and ends nothing', async () => {
  const ws = new EventEmitter()
  const seen: string[] = []
  ws.on('CB:message', async ({ attrs }: BinaryNode) => {
    seen.push(`handles ${attrs['id']}`)
  })
  const failures: unknown[] = []
  const handledAll = handleInTurn(ws, {
    isAlive: () => true,
    handled: ({ attrs }) => {
      if (attrs['id'] === '1') throw new StoreError('The disk fails')
      seen.push(`handled ${attrs['id']}`)
    },
    onError: (_, error) => failures.push(error),
  })
  for (const id of ['1', '2']) ws.emit('CB:message', { tag: 'message', attrs: { id } })
  await handledAll()
  assert.deepEqual(seen, ['handles 1', 'handles 2', 'handled 2'])
  assert.ok(failures.length === 1 && failures[0] instanceof StoreError)
})
