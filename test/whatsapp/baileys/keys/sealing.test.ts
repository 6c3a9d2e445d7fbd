import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { decryptEventResponse, decryptPollVote, proto } from '@whiskeysockets/baileys'
import { type SealPurpose, seal, unseal } from '../../../../src/whatsapp/baileys/keys/sealing.ts'

const author = '900000000000003@lid'
const authorNumber = '15550000003@s.whatsapp.net'
const sender = '900000000000002@lid'
const senderNumber = '15550000002@s.whatsapp.net'
const secret = randomBytes(32)
const all = { authors: [author, authorNumber], senders: [sender, senderNumber] }
const plain = Buffer.from('what was said')

const purposes: SealPurpose[] = [
  'Poll Vote',
  'Event Response',
  'Message Edit',
  'Event Edit',
  'Enc Reaction',
  'Enc Comment',
]

for (const purpose of purposes) {
  test(`A sealed "${purpose}" opens whichever two of the four addresses were used`, () => {
    const what = { purpose, secret, targetId: '3AAB' }
    for (const from of all.authors) {
      for (const to of all.senders) {
        const sealed = seal(plain, what, { author: from, sender: to })
        assert.deepEqual(unseal(sealed, what, all), plain)
      }
    }
  })

  test(`A sealed "${purpose}" opens for no other message, secret, purpose or person, and not when damaged`, () => {
    const what = { purpose, secret, targetId: '3AAB' }
    const sealed = seal(plain, what, { author, sender })
    assert.equal(unseal(sealed, { ...what, targetId: '3AAC' }, all), undefined)
    assert.equal(unseal(sealed, { ...what, secret: randomBytes(32) }, all), undefined)
    for (const other of purposes.filter(each => each !== purpose))
      assert.equal(unseal(sealed, { ...what, purpose: other }, all), undefined)
    assert.equal(unseal(sealed, what, { ...all, senders: ['900000000000009@lid'] }), undefined)
    assert.equal(unseal(sealed, what, { authors: [], senders: [] }), undefined)
    const damaged = Buffer.from(sealed.encPayload)
    damaged[0] = (damaged[0] ?? 0) ^ 1
    assert.equal(unseal({ ...sealed, encPayload: damaged }, what, all), undefined)
    assert.equal(unseal({ ...sealed, encPayload: Buffer.alloc(3) }, what, all), undefined)
    assert.equal(unseal({ ...sealed, encIv: Buffer.alloc(0) }, what, all), undefined)
  })
}

test('What is sealed here opens with the parts of Baileys that know how', () => {
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions: [randomBytes(32)] }).finish()
  const sealedVote = seal(vote, { purpose: 'Poll Vote', secret, targetId: '3AAB' }, { author, sender })
  const opened = decryptPollVote(sealedVote, {
    pollEncKey: secret,
    pollCreatorJid: author,
    pollMsgId: '3AAB',
    voterJid: sender,
  })
  assert.equal(opened.selectedOptions.length, 1)
  const answer = proto.Message.EventResponseMessage.encode({ response: 1, extraGuestCount: 2 }).finish()
  const sealedAnswer = seal(
    answer,
    { purpose: 'Event Response', secret, targetId: '3AAB' },
    { author, sender },
  )
  const response = decryptEventResponse(sealedAnswer, {
    eventEncKey: secret,
    eventCreatorJid: author,
    eventMsgId: '3AAB',
    responderJid: sender,
  })
  assert.equal(response.extraGuestCount, 2)
})
