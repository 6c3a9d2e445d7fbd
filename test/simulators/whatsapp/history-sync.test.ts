import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { inflateSync } from 'node:zlib'
import {
  downloadAndProcessHistorySyncNotification,
  downloadContentFromMessage,
  getHistoryMsg,
  processHistoryMessage,
  proto,
} from '@whiskeysockets/baileys'
import { encodeHistory, type HistoryPiece, historyMessage } from './history-sync.ts'
import { startMediaServer, trustTestCa } from './media-server.ts'

const ANNA = { pn: '4915100000002@s.whatsapp.net', lid: '98765432100002@lid' }
const BEN = '4915100000003@s.whatsapp.net'
const GROUP = '120363000000000001@g.us'

const BOOTSTRAP: HistoryPiece = {
  type: 'INITIAL_BOOTSTRAP',
  conversations: [
    {
      jid: ANNA.lid,
      name: 'Anna Beispiel',
      pn: ANNA.pn,
      messages: [text('2', 'new', 1700000100), text('1', 'old', 1700000000)],
    },
    { jid: BEN, name: 'Ben', lid: '98765432100003@lid' },
    { jid: GROUP, name: 'Class 4b', unreadCount: 3 },
  ],
  lidMappings: [{ pn: '4915100000004@s.whatsapp.net', lid: '98765432100004@lid' }],
}

before(trustTestCa)

test('Baileys takes chats, names, messages and addresses from an inline bootstrap', async () => {
  const found = await received(historyMessage(BOOTSTRAP))
  assert.equal(found.syncType, proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP)
  assert.deepEqual(
    found.contacts.map(({ id, name, lid, phoneNumber }) => [id, name, lid, phoneNumber]),
    [
      [ANNA.lid, 'Anna Beispiel', undefined, ANNA.pn],
      [BEN, 'Ben', '98765432100003@lid', undefined],
      [GROUP, 'Class 4b', undefined, undefined],
    ],
  )
  assert.deepEqual(
    found.chats.map(chat => [chat.id, chat.unreadCount, Number(chat.conversationTimestamp ?? 0)]),
    [
      [ANNA.lid, 0, 1700000100],
      [BEN, 0, 0],
      [GROUP, 3, 0],
    ],
  )
  assert.deepEqual(
    found.messages.map(message => message.message?.conversation),
    ['new', 'old'],
  )
  assert.deepEqual(found.lidPnMappings, [
    { pn: '4915100000004@s.whatsapp.net', lid: '98765432100004@lid' },
    { pn: ANNA.pn, lid: ANNA.lid },
    { pn: BEN, lid: '98765432100003@lid' },
  ])
})

test('Baileys takes push names and the progress of the recent past', async () => {
  const names = await received(
    historyMessage({ type: 'PUSH_NAME', pushNames: [{ jid: BEN, name: 'benny' }] }),
  )
  assert.deepEqual(names.contacts, [{ id: BEN, notify: 'benny' }])
  const piece: HistoryPiece = { type: 'RECENT', progress: 40, chunkOrder: 2, conversations: [{ jid: BEN }] }
  const recent = await received(historyMessage(piece))
  assert.deepEqual([recent.syncType, recent.progress, recent.chats.length], [3, 40, 1])
  const announced = getHistoryMsg(historyMessage(piece))
  assert.deepEqual([announced?.syncType, announced?.progress, announced?.chunkOrder], [3, 40, 2])
})

test('a piece on the media server is found through the message that announces it', async () => {
  await using media = await startMediaServer()
  const file = await media.put(encodeHistory(BOOTSTRAP), 'md-msg-hist')
  const announced = onTheWire(historyMessage(BOOTSTRAP, file))
  assert.equal(announced.initialHistBootstrapInlinePayload?.length ?? 0, 0)
  const chunks: Buffer[] = []
  const { mediaKey, directPath } = announced
  const message = { mediaKey: mediaKey ?? null, directPath: directPath ?? null }
  for await (const chunk of await downloadContentFromMessage(message, 'md-msg-hist', { host: media.host })) {
    chunks.push(chunk)
  }
  const history = proto.HistorySync.decode(inflateSync(Buffer.concat(chunks)))
  assert.equal(processHistoryMessage(history).chats.length, 3)
})

function received(message: proto.IMessage) {
  return downloadAndProcessHistorySyncNotification(onTheWire(message), {})
}

function onTheWire(message: proto.IMessage): proto.Message.IHistorySyncNotification {
  const announced = getHistoryMsg(proto.Message.decode(proto.Message.encode(message).finish()))
  assert.ok(announced)
  return announced
}

function text(id: string, conversation: string, messageTimestamp: number): proto.IWebMessageInfo {
  return { key: { remoteJid: ANNA.lid, fromMe: false, id }, message: { conversation }, messageTimestamp }
}
