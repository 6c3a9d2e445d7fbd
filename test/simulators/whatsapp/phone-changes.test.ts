import './quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { samples } from '../samples.ts'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'

const { Type } = proto.Message.ProtocolMessage

interface Try {
  message: proto.IMessage
  attrs?: Record<string, string>
  meta?: Record<string, string>
  /** What phones say to it; nothing when they carry it out. */
  ignored?: RegExp
}

test('Phones ignore changes that do not fit, and say why', async () => {
  await using wa = await startWhatsAppSimulator()
  const [alice, bob] = [wa.addContact(), wa.addContact()]
  const group = wa.addGroup({ subject: 'G', participants: [alice, bob], admins: [alice] })
  const news = wa.addGroup({ subject: 'N', participants: [alice], community: true })
  await using bridge = new TestBridge(wa, { cachedGroupMetadata: async () => undefined })
  await bridge.link()
  const mine = await bridge.sock.sendMessage(group.jid, { text: 'mine' })
  const id = mine?.key.id ?? ''
  await wa.until(() => wa.transcript.some(line => line.id === id))
  await bob.send('theirs', { to: group, id: 'B1' })
  await bob.send(
    { ...samples.poll(), messageContextInfo: { messageSecret: randomBytes(32) } },
    { to: group, id: 'P1' },
  )
  await wa.phone.send(group, 'old', { id: 'O1', timestamp: Math.floor(Date.now() / 1000) - 3 * 86_400 })
  await wa.phone.send(news, 'news', { id: 'N1' })

  const own = { remoteJid: group.jid, fromMe: true, id }
  const bobs = { remoteJid: group.jid, fromMe: false, id: 'B1', participant: bob.lid }
  const edit = (key: proto.IMessageKey, after: proto.IMessage = { conversation: 'new' }): proto.IMessage => ({
    protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: after, timestampMs: Date.now() },
  })
  const revoke = (key: proto.IMessageKey): proto.IMessage => ({ protocolMessage: { key, type: Type.REVOKE } })
  const react = (key: proto.IMessageKey, text = '👍'): proto.IMessage => ({
    reactionMessage: { key, text, senderTimestampMs: Date.now() },
  })
  const edited = { edit: '1' }
  const vote = (bytes: number): proto.IMessage => ({
    pollUpdateMessage: {
      pollCreationMessageKey: { ...bobs, id: 'P1' },
      vote: { encIv: randomBytes(12), encPayload: randomBytes(bytes) },
      senderTimestampMs: Date.now(),
    },
  })
  const tries: Try[] = [
    { message: edit(own), ignored: /the attribute "edit"/ },
    { message: edit({ ...own, id: 'X' }), attrs: edited, ignored: /no message "X"/ },
    { message: edit({ ...own, remoteJid: alice.lid }), attrs: edited, ignored: /the key is of/ },
    { message: edit({ ...own, fromMe: false }), attrs: edited, ignored: /wrong about who/ },
    { message: edit(bobs), attrs: edited, ignored: /somebody else wrote/ },
    { message: edit({ ...own, id: 'O1' }), attrs: edited, ignored: /15 minutes/ },
    { message: edit(own, { imageMessage: {} }), attrs: edited, ignored: /does not become/ },
    { message: edit(own, { stickerMessage: {} }), attrs: edited, ignored: /neither text nor caption/ },
    { message: edit(own), attrs: edited },
    { message: revoke(bobs), attrs: { edit: '8' }, ignored: /administrators/ },
    { message: revoke({ ...own, id: 'O1' }), attrs: { edit: '7' }, ignored: /two days/ },
    { message: react({ ...bobs, participant: bob.pn }), ignored: /the key names/ },
    { message: react(bobs, '👍👍'), ignored: /more than one/ },
    { message: react(bobs, ''), ignored: /the attribute "edit"/ },
    { message: react(bobs) },
    { message: vote(40), ignored: /not marked as a vote/ },
    { message: vote(40), meta: { polltype: 'vote' }, ignored: /cannot be opened/ },
    { message: vote(4), meta: { polltype: 'vote' }, ignored: /cannot be opened/ },
    {
      message: {
        pinInChatMessage: { key: bobs, type: 1 },
        messageContextInfo: { messageAddOnDurationInSecs: 60 },
      },
      attrs: { edit: '2' },
      ignored: /60 seconds/,
    },
    { message: revoke(own), attrs: { edit: '7' } },
    { message: edit(own), attrs: edited, ignored: /deleted/ },
  ]
  for (const [index, { message, attrs = {}, meta, ignored }] of tries.entries()) {
    await bridge.sock.relayMessage(group.jid, message, {
      messageId: `3EBTRY${index}`,
      additionalAttributes: attrs,
      ...(meta && { additionalNodes: [{ tag: 'meta', attrs: meta }] }),
    })
    await wa.until(() => wa.changes.length > index, `try ${index}`)
    const outcome = wa.changes[index]?.ignored
    if (ignored) assert.match(outcome ?? 'carried out', ignored, `try ${index}`)
    else assert.equal(outcome, undefined)
  }
  await bridge.sock.relayMessage(news.jid, react({ remoteJid: news.jid, fromMe: true, id: 'N1' }), {
    messageId: '3EBN',
  })
  await wa.until(() => wa.changes.length > tries.length)
  assert.match(wa.changes.at(-1)?.ignored ?? '', /are sealed/)
  assert.equal(wa.takeSurprises().length, tries.filter(({ ignored }) => ignored).length + 1)
  const line = (of: string) => wa.transcript.find(each => each.id === of)
  assert.deepEqual(line('B1')?.reactions, { [wa.account.lid]: '👍' })
  assert.deepEqual([line(id)?.deleted, line(id)?.shown?.text, line('P1')?.votes], [true, 'new', undefined])
  assert.equal(alice.inbox.length, 3)
})
