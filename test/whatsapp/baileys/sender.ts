import { randomInt } from 'node:crypto'
import { type AuthenticationCreds, type BinaryNode, proto } from '@whiskeysockets/baileys'
import {
  ContactDevice,
  type DeviceBundle,
  type EncPayload,
} from '../../simulators/whatsapp/contact-device.ts'
import { ME } from './journal-harness.ts'

export const GROUP = '120363000000000001@g.us'

/** A contact who writes to us with real Signal sessions, stanza by stanza. */
export class Sender {
  readonly device: ContactDevice
  readonly #bundle: DeviceBundle
  readonly #t = Math.floor(Date.now() / 1000)
  #hasSenderKey = false

  constructor(jid: string, creds: AuthenticationCreds) {
    this.device = new ContactDevice({ jid })
    const { signedPreKey, signedIdentityKey, registrationId } = creds
    this.#bundle = {
      registrationId,
      identity: Buffer.from(signedIdentityKey.public),
      signedPreKey: {
        id: signedPreKey.keyId,
        publicKey: Buffer.from(signedPreKey.keyPair.public),
        signature: Buffer.from(signedPreKey.signature),
      },
    }
  }

  async private(
    id: string,
    message: proto.IMessage,
    attrs: Record<string, string> = {},
  ): Promise<BinaryNode> {
    const enc = await this.#encrypt(message)
    return this.#stanza({ id, from: this.device.jid, ...attrs }, [enc])
  }

  async group(id: string, message: proto.IMessage): Promise<BinaryNode> {
    const parts: EncPayload[] = []
    if (!this.#hasSenderKey) {
      const key = await this.device.senderKeyDistribution(GROUP)
      parts.push(
        await this.#encrypt({
          senderKeyDistributionMessage: { groupId: GROUP, axolotlSenderKeyDistributionMessage: key },
        }),
      )
      this.#hasSenderKey = true
    }
    parts.push(await this.device.encryptGroup(GROUP, pad(message)))
    return this.#stanza({ id, from: GROUP, participant: this.device.jid }, parts)
  }

  #encrypt(message: proto.IMessage): Promise<EncPayload> {
    return this.device.encryptFor(ME.lid, pad(message), () => this.#bundle)
  }

  #stanza(attrs: Record<string, string>, parts: readonly EncPayload[]): BinaryNode {
    return {
      tag: 'message',
      attrs: { type: 'text', t: String(this.#t), notify: 'Alice', addressing_mode: 'lid', ...attrs },
      content: parts.map(({ type, ciphertext }) => ({
        tag: 'enc',
        attrs: { v: '2', type },
        content: ciphertext,
      })),
    }
  }
}

/** 1 to 16 bytes, each the number of them. */
export const pad = (message: proto.IMessage): Buffer => {
  const length = randomInt(1, 17)
  return Buffer.concat([proto.Message.encode(message).finish(), Buffer.alloc(length, length)])
}
