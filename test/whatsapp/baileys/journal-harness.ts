import {
  addTransactionCapability,
  type BinaryNode,
  decryptMessageNode,
  type SignalRepositoryWithLIDStore,
} from '@whiskeysockets/baileys'
import { Book } from '../../../src/whatsapp/baileys/inbound/book.ts'
import { Intake } from '../../../src/whatsapp/baileys/inbound/intake.ts'
import { Journal } from '../../../src/whatsapp/baileys/inbound/journal.ts'
import { Receiver } from '../../../src/whatsapp/baileys/inbound/receiver.ts'
import { openAuthState, watchDisk } from '../../../src/whatsapp/baileys/keys/auth-state.ts'
import { journalledRepository, Turns } from '../../../src/whatsapp/baileys/keys/repository.ts'
import type { ContactDevice } from '../../simulators/whatsapp/contact-device.ts'
import { type RecordingBridge, silentLogger } from '../support.ts'

export const ME = { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid' }

export interface HarnessOptions {
  /** Runs between the commit of ratchet and plaintext and everything behind it. */
  readonly afterCommit?: () => void
  readonly retryMs?: number
  readonly waitingMs?: number
}

/**
 * Everything between the socket and the bridge, with Baileys' own repository and decoder: a stanza goes in as it does in
 * `handleMessage`, without a server.
 */
export class JournalHarness implements AsyncDisposable {
  readonly auth
  readonly journal: Journal
  readonly intake: Intake
  readonly repository: SignalRepositoryWithLIDStore
  readonly receiver: Receiver
  readonly storageFailures: unknown[] = []
  /** Why stanzas could not be handed over. */
  readonly errors: unknown[] = []

  constructor(bridge: RecordingBridge, options: HarnessOptions = {}) {
    const { sessions } = bridge
    const logger = silentLogger()
    const disk = watchDisk(openAuthState(sessions))
    disk.onRefusal(error => this.storageFailures.push(error))
    this.auth = disk
    this.journal = new Journal(sessions)
    const book = new Book({ sessions, inbox: bridge, findMessage: bridge.findMessage, me: () => ME })
    this.receiver = new Receiver({
      sessions,
      inbox: bridge,
      logger,
      journal: this.journal,
      book,
      meetChannel: () => undefined,
      refreshAdmins: () => Promise.resolve(true),
      timing: { claims: 60_000 },
      waitingMs: options.waitingMs ?? 50,
    })
    this.intake = new Intake({
      journal: this.journal,
      consume: opened => this.receiver.opened(opened),
      giveUp: envelope => this.receiver.giveUp(envelope),
      onError: error => this.errors.push(error),
      retryMs: options.retryMs ?? 20,
    })
    const keys = addTransactionCapability(this.auth.state.keys, logger, {
      maxCommitRetries: 1,
      delayBetweenTriesMs: 1,
    })
    const make = journalledRepository(this.journal, new Turns(() => undefined), {
      isAlive: () => true,
      isMyself: jid => jid === ME.pn || jid === ME.lid,
      forged: () => undefined,
      renewed: () => undefined,
      opened: hash => {
        options.afterCommit?.()
        this.intake.opened(hash)
      },
      failed: (hash, error) => this.intake.failed(hash, error),
    })
    this.repository = make({ creds: this.auth.state.creds, keys }, logger)
  }

  /** What Baileys does with a stanza up to the receipt; resolves to whether it would send one. */
  handle(node: BinaryNode): Promise<boolean> {
    this.intake.observe(node)
    return this.decrypt(node)
  }

  /** The same for one that has been observed. */
  async decrypt(node: BinaryNode): Promise<boolean> {
    const { fullMessage, decrypt } = decryptMessageNode(node, ME.pn, ME.lid, this.repository, silentLogger())
    await decrypt()
    return fullMessage.messageStubType === undefined || fullMessage.messageStubType === null
  }

  /** Opens a session with a device, from the keys that the server hands out for it. */
  open(device: ContactDevice): Promise<void> {
    const { registrationId, identity, signedPreKey, preKey } = device.bundle()
    const withTypeByte = (key: Buffer) => Buffer.concat([Buffer.of(5), key])
    return this.repository.injectE2ESession({
      jid: device.jid,
      session: {
        registrationId,
        identityKey: withTypeByte(identity),
        signedPreKey: {
          keyId: signedPreKey.id,
          publicKey: withTypeByte(signedPreKey.publicKey),
          signature: signedPreKey.signature,
        },
        ...(preKey && { preKey: { keyId: preKey.id, publicKey: withTypeByte(preKey.publicKey) } }),
      },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.intake.stop()
    this.receiver.stop()
    this.repository.close?.()
  }
}
