import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBinaryNode } from '@whiskeysockets/baileys'
import { readWhole, writeWhole } from '../../../../src/whatsapp/baileys/inbound/whole.ts'
import { el } from '../../../simulators/whatsapp/node.ts'

const rename = (subject: string) =>
  el('notification', { from: '120363000000000001@g.us', type: 'w:gp2', id: '1' }, [
    el('subject', { subject }),
    el('description', {}, [el('body', {}, Buffer.from('a@b: c'))]),
    el('member_add_mode', {}, 'all_member_add'),
  ])

test('A stanza that is kept comes back as it was', async () => {
  for (const subject of ['Team: A @ home', 'x_y@z', '@', '', 'Café 👨‍👩‍👧', '900000000000002:5@lid'])
    assert.deepEqual(await readWhole(writeWhole(rename(subject))), rename(subject))
})

test('What an earlier version kept is read, too, and what is damaged is refused', async () => {
  const { content } = await readWhole(encodeBinaryNode(rename('Class')))
  assert.ok(Array.isArray(content))
  assert.deepEqual(content[0]?.attrs, { subject: 'Class' })
  for (const bytes of [undefined, Buffer.alloc(0), Buffer.from([0, 9]), Buffer.from('{"tag":')])
    await assert.rejects(readWhole(bytes))
})
