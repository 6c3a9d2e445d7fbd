import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  addTransactionCapability,
  BufferJSON,
  Curve,
  initAuthCreds,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'
import { makeLibSignalRepository } from '@whiskeysockets/baileys/lib/Signal/libsignal.js'
import { pino } from 'pino'
import { ContactDevice, type DeviceBundle, type EncPayload, isSignedBy } from './contact-device.ts'

const BRIDGE = '4915100000001:7@s.whatsapp.net'
const CONTACT = '4915100000002@s.whatsapp.net'
const GROUP = '120363000000000001@g.us'
const logger = pino({ level: 'silent' })

// libsignal writes to the console whatever session it closes or fails with: not into the report of the tests.
const { error, warn, info } = console
before(() => {
  console.error = console.warn = console.info = () => undefined
})
after(() => {
  Object.assign(console, { error, warn, info })
})

describe('private chats', () => {
  test('the contact writes pkmsg until it is answered, then msg, and both sides read each other', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })

    const first = await contact.encryptFor(BRIDGE, Buffer.from('one'), bridge.bundle)
    const second = await contact.encryptFor(BRIDGE, Buffer.from('two'), unexpectedBundle)
    assert.deepEqual([first.type, second.type], ['pkmsg', 'pkmsg'])
    assert.equal(await bridge.read(contact, first), 'one')
    assert.equal(await bridge.read(contact, second), 'two')

    const answer = await bridge.write(contact, 'three')
    assert.equal(answer.type, 'msg')
    assert.equal((await contact.decrypt(BRIDGE, answer)).toString(), 'three')

    const third = await contact.encryptFor(BRIDGE, Buffer.from('four'), unexpectedBundle)
    assert.equal(third.type, 'msg')
    assert.equal(await bridge.read(contact, third), 'four')
  })

  test('the bridge opens the session from the bundle of the contact, with and without a one-time prekey', async () => {
    for (const withoutPreKey of [false, true]) {
      await using bridge = openBridge()
      const contact = new ContactDevice({ jid: CONTACT })
      await bridge.openSession(contact, contact.bundle({ withoutPreKey }))
      const first = await bridge.write(contact, 'hello')
      assert.equal(first.type, 'pkmsg')
      assert.equal((await contact.decrypt(BRIDGE, first)).toString(), 'hello')
      const answer = await contact.encryptFor(BRIDGE, Buffer.from('hi'), unexpectedBundle)
      assert.equal(answer.type, 'msg')
      assert.equal(await bridge.read(contact, answer), 'hi')
    }
  })

  test('messages that arrive out of order are read, each once', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })
    const out = []
    for (const text of ['a', 'b', 'c'])
      out.push(await contact.encryptFor(BRIDGE, Buffer.from(text), bridge.bundle))
    const [a, b, c] = out
    assert.ok(a && b && c)
    assert.equal(await bridge.read(contact, c), 'c')
    assert.equal(await bridge.read(contact, a), 'a')
    assert.equal(await bridge.read(contact, b), 'b')
    await assert.rejects(bridge.read(contact, b), /Key used already/)

    const back = []
    for (const text of ['x', 'y', 'z']) back.push(await bridge.write(contact, text))
    const [x, y, z] = back
    assert.ok(x && y && z)
    assert.equal((await contact.decrypt(BRIDGE, z)).toString(), 'z')
    assert.equal((await contact.decrypt(BRIDGE, x)).toString(), 'x')
    assert.equal((await contact.decrypt(BRIDGE, y)).toString(), 'y')
  })

  test('a message that was read, damaged or meant for another prekey is refused and breaks nothing', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })
    await bridge.openSession(contact, contact.bundle())
    const first = await bridge.write(contact, 'one')
    await contact.decrypt(BRIDGE, first)
    await bridge.read(contact, await contact.encryptFor(BRIDGE, Buffer.from('ack'), unexpectedBundle))

    const second = await bridge.write(contact, 'two')
    await assert.rejects(contact.decrypt(BRIDGE, { ...second, ciphertext: flipBit(second.ciphertext, -1) }))
    assert.equal((await contact.decrypt(BRIDGE, second)).toString(), 'two')
    await assert.rejects(contact.decrypt(BRIDGE, second), /No matching sessions/)

    const stranger = new ContactDevice({ jid: CONTACT })
    await assert.rejects(stranger.decrypt(BRIDGE, first), /Invalid PreKey ID/)
  })

  test('a one-time prekey opens one session only', async () => {
    const contact = new ContactDevice({ jid: CONTACT })
    const bundle = contact.bundle()
    const other = '4915100000003@s.whatsapp.net'
    await using one = openBridge()
    await using two = openBridge()
    await one.openSession(contact, bundle)
    await two.openSession(contact, bundle)
    await contact.decrypt(BRIDGE, await one.write(contact, 'mine'))
    await assert.rejects(contact.decrypt(other, await two.write(contact, 'mine too')), /Invalid PreKey ID/)
    assert.notEqual(contact.bundle().preKey?.id, bundle.preKey?.id)
  })

  test('a forgotten session makes the next message unreadable until the keys are exchanged again', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })
    await bridge.read(contact, await contact.encryptFor(BRIDGE, Buffer.from('one'), bridge.bundle))
    await contact.decrypt(BRIDGE, await bridge.write(contact, 'two'))

    contact.forgetSession(BRIDGE)
    assert.equal(contact.hasSession(BRIDGE), false)
    await assert.rejects(contact.decrypt(BRIDGE, await bridge.write(contact, 'lost')), /No session record/)

    await bridge.openSession(contact, contact.bundle())
    const again = await bridge.write(contact, 'found')
    assert.equal(again.type, 'pkmsg')
    assert.equal((await contact.decrypt(BRIDGE, again)).toString(), 'found')
  })

  test('a renewed session is pkmsg again, and what was under way in the old one is still read', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })
    await bridge.read(contact, await contact.encryptFor(BRIDGE, Buffer.from('one'), bridge.bundle))
    const underWay = await bridge.write(contact, 'two')
    await contact.renewSession(BRIDGE, bridge.bundle())
    const renewed = await contact.encryptFor(BRIDGE, Buffer.from('three'), unexpectedBundle)
    assert.equal(renewed.type, 'pkmsg')
    assert.equal((await contact.decrypt(BRIDGE, underWay)).toString(), 'two')
    assert.equal(await bridge.read(contact, renewed), 'three')
  })

  test('two contacts who both wrote first read each other in both sessions', async () => {
    const other = '4915100000003@s.whatsapp.net'
    const [one, two] = [new ContactDevice({ jid: CONTACT }), new ContactDevice({ jid: other })]
    const fromOne = await one.encryptFor(other, Buffer.from('one'), () => two.bundle())
    const fromTwo = await two.encryptFor(CONTACT, Buffer.from('two'), () => one.bundle())
    assert.equal((await one.decrypt(other, fromTwo)).toString(), 'two')
    assert.equal((await two.decrypt(CONTACT, fromOne)).toString(), 'one')
    for (const turn of ['1', '2', '3']) {
      const there = await one.encryptFor(other, Buffer.from(`there ${turn}`), unexpectedBundle)
      assert.equal((await two.decrypt(CONTACT, there)).toString(), `there ${turn}`)
      const back = await two.encryptFor(CONTACT, Buffer.from(`back ${turn}`), unexpectedBundle)
      assert.equal((await one.decrypt(other, back)).toString(), `back ${turn}`)
    }
  })

  test('a bundle whose signed prekey is not signed by its identity is refused', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })
    const bundle = bridge.bundle()
    const signature = flipBit(bundle.signedPreKey.signature, 3)
    const forged = { ...bundle, signedPreKey: { ...bundle.signedPreKey, signature } }
    await assert.rejects(
      contact.encryptFor(BRIDGE, Buffer.from('x'), () => forged),
      /signature of signed prekey/,
    )
    assert.equal(contact.hasSession(BRIDGE), false)
  })

  test('two addresses of the bridge can share one session', async () => {
    await using bridge = openBridge()
    const contact = new ContactDevice({ jid: CONTACT })
    const lid = '98765432100001:7@lid'
    contact.alias(BRIDGE, lid)
    await bridge.read(contact, await contact.encryptFor(lid, Buffer.from('one'), bridge.bundle))
    await bridge.read(contact, await contact.encryptFor(BRIDGE, Buffer.from('two'), unexpectedBundle))
    assert.equal((await contact.decrypt(lid, await bridge.write(contact, 'three'))).toString(), 'three')
  })

  test('a signature holds for its message and its identity alone', () => {
    const contact = new ContactDevice({ jid: CONTACT })
    const signature = contact.sign(Buffer.from('device'))
    assert.equal(isSignedBy(contact.identity, Buffer.from('device'), signature), true)
    assert.equal(isSignedBy(contact.identity, Buffer.from('devise'), signature), false)
    assert.equal(
      isSignedBy(new ContactDevice({ jid: CONTACT }).identity, Buffer.from('device'), signature),
      false,
    )
  })
})

describe('groups', () => {
  test('the bridge reads what a member sends, also out of order, each once', async () => {
    await using bridge = openBridge()
    const member = new ContactDevice({ jid: CONTACT })
    await bridge.takeSenderKey(member, await member.senderKeyDistribution(GROUP))
    const sent = []
    for (const text of ['a', 'b', 'c']) sent.push(await member.encryptGroup(GROUP, Buffer.from(text)))
    const [a, b, c] = sent
    assert.ok(a && b && c)
    assert.equal(a.type, 'skmsg')
    assert.equal(await bridge.readGroup(member, b), 'b')
    assert.equal(await bridge.readGroup(member, a), 'a')
    assert.equal(await bridge.readGroup(member, c), 'c')
    await assert.rejects(bridge.readGroup(member, a), /old counter/)
  })

  test('a member reads what the bridge sends, also out of order, each once', async () => {
    await using bridge = openBridge()
    const member = new ContactDevice({ jid: CONTACT })
    const a = await bridge.writeGroup('a')
    await assert.rejects(member.decryptGroup(GROUP, BRIDGE, a.enc), /No session found/)
    await member.processSenderKey(GROUP, BRIDGE, a.senderKey)
    const b = await bridge.writeGroup('b')
    assert.equal((await member.decryptGroup(GROUP, BRIDGE, b.enc)).toString(), 'b')
    assert.equal((await member.decryptGroup(GROUP, BRIDGE, a.enc)).toString(), 'a')
    await assert.rejects(member.decryptGroup(GROUP, BRIDGE, a.enc), /old counter/)
  })

  test('a group message with a wrong signature is refused and can be read undamaged afterwards', async () => {
    await using bridge = openBridge()
    const member = new ContactDevice({ jid: CONTACT })
    const { enc, senderKey } = await bridge.writeGroup('a')
    await member.processSenderKey(GROUP, BRIDGE, senderKey)
    const damaged = { ...enc, ciphertext: flipBit(enc.ciphertext, 12) }
    await assert.rejects(member.decryptGroup(GROUP, BRIDGE, damaged))
    assert.equal((await member.decryptGroup(GROUP, BRIDGE, enc)).toString(), 'a')
  })

  test('without its new sender key a member cannot be read after it changed keys', async () => {
    await using bridge = openBridge()
    const member = new ContactDevice({ jid: CONTACT })
    await bridge.takeSenderKey(member, await member.senderKeyDistribution(GROUP))
    assert.equal(await bridge.readGroup(member, await member.encryptGroup(GROUP, Buffer.from('a'))), 'a')
    member.forgetOwnSenderKey(GROUP)
    const next = await member.encryptGroup(GROUP, Buffer.from('b'))
    await assert.rejects(bridge.readGroup(member, next), /No session found/)
  })
})

/** The other end as Baileys runs it: its own signal repository, over keys in memory. */
function openBridge() {
  const creds = initAuthCreds()
  const keys = addTransactionCapability(keysInMemory(), logger, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 1,
  })
  const repository = makeLibSignalRepository({ creds, keys }, logger)
  let lastPreKeyId = 0
  const bundle = (): DeviceBundle => {
    const preKey = Curve.generateKeyPair()
    const id = ++lastPreKeyId
    void keys.set({ 'pre-key': { [id]: preKey } })
    const { keyId, keyPair, signature } = creds.signedPreKey
    return {
      registrationId: creds.registrationId,
      identity: Buffer.from(creds.signedIdentityKey.public),
      signedPreKey: { id: keyId, publicKey: Buffer.from(keyPair.public), signature: Buffer.from(signature) },
      preKey: { id, publicKey: Buffer.from(preKey.public) },
    }
  }
  const openSession = (device: ContactDevice, theirs: DeviceBundle) => {
    const { signedPreKey, preKey } = theirs
    const session = {
      registrationId: theirs.registrationId,
      identityKey: prefixed(theirs.identity),
      signedPreKey: {
        keyId: signedPreKey.id,
        publicKey: prefixed(signedPreKey.publicKey),
        signature: signedPreKey.signature,
      },
      ...(preKey && { preKey: { keyId: preKey.id, publicKey: prefixed(preKey.publicKey) } }),
    }
    return repository.injectE2ESession({ jid: device.jid, session })
  }
  const read = async (device: ContactDevice, { type, ciphertext }: EncPayload) => {
    assert.ok(type !== 'skmsg')
    return Buffer.from(await repository.decryptMessage({ jid: device.jid, type, ciphertext })).toString()
  }
  const write = async (device: ContactDevice, text: string): Promise<EncPayload> => {
    const { type, ciphertext } = await repository.encryptMessage({ jid: device.jid, data: Buffer.from(text) })
    return { type, ciphertext: Buffer.from(ciphertext) }
  }
  const takeSenderKey = (device: ContactDevice, senderKey: Uint8Array) =>
    repository.processSenderKeyDistributionMessage({
      authorJid: device.jid,
      item: { groupId: GROUP, axolotlSenderKeyDistributionMessage: senderKey },
    })
  const readGroup = async (device: ContactDevice, enc: EncPayload) => {
    const found = await repository.decryptGroupMessage({
      group: GROUP,
      authorJid: device.jid,
      msg: enc.ciphertext,
    })
    return Buffer.from(found).toString()
  }
  const writeGroup = async (text: string) => {
    const out = await repository.encryptGroupMessage({ group: GROUP, meId: BRIDGE, data: Buffer.from(text) })
    const enc: EncPayload = { type: 'skmsg', ciphertext: Buffer.from(out.ciphertext) }
    return { enc, senderKey: out.senderKeyDistributionMessage }
  }
  const dispose = async () => repository.close?.()
  return {
    bundle,
    openSession,
    read,
    write,
    takeSenderKey,
    readGroup,
    writeGroup,
    [Symbol.asyncDispose]: dispose,
  }
}

function keysInMemory(): SignalKeyStore {
  const stored = new Map<string, unknown>()
  return {
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
      const found = ids.flatMap(id =>
        stored.has(`${type} ${id}`) ? [[id, stored.get(`${type} ${id}`)]] : [],
      )
      return Object.fromEntries(found) as Record<string, SignalDataTypeMap[T]>
    },
    set: data => {
      for (const [type, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values ?? {})) {
          if (value === null) stored.delete(`${type} ${id}`)
          else stored.set(`${type} ${id}`, type === 'sender-key' ? readable(value) : value)
        }
      }
    },
  }
}

/**
 * Baileys 7.0.0-rc14 stores the message keys of skipped group messages in a form that it cannot read back
 * (lib/Signal/libsignal.js `storeSenderKey` has no `BufferJSON.replacer`): a key store has to repair that.
 */
function readable(senderKey: unknown): Buffer {
  assert.ok(senderKey instanceof Uint8Array)
  const record: unknown = JSON.parse(Buffer.from(senderKey).toString())
  return Buffer.from(JSON.stringify(record, BufferJSON.replacer))
}

function unexpectedBundle(): DeviceBundle {
  throw new Error('There is a session: no keys should be fetched')
}

function flipBit(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = index < 0 ? copy.length + index : index
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

function prefixed(publicKey: Buffer): Buffer {
  return Buffer.concat([Buffer.from([5]), publicKey])
}
