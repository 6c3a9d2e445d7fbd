import {
  type BinaryNode,
  type SignalKeyStore,
  type SignalRepositoryWithLIDStore,
  USyncQuery,
  USyncUser,
  type WASocket,
} from '@whiskeysockets/baileys'
import { isLid, isPhone, normalizeAddress, userOf } from '../../address.ts'
import { inTime } from '../in-time.ts'

/** How long nothing is asked behind a question that was in vain. */
const REST_MS = 60_000

/**
 * Baileys asks WhatsApp for the LID of whoever is known by number alone, before a message is decrypted and whenever a
 * session is looked for. When the question was refused, it acknowledged the message as one that it cannot handle,
 * unread, and asked nobody for it again; when there was no answer, all chats waited for a minute
 * (lib/Utils/decode-wa-message.js, `getDecryptionJid`; lib/Socket/messages-recv.js, `handleMessage`;
 * lib/Signal/libsignal.js, `resolveLIDSignalAddress`).
 *
 * A question that fails is here as one to which nobody knows the answer: the session of the number is taken. Where there is
 * none, because it stands under the LID, the message is asked for again like any other that cannot be read.
 *
 * And of numbers without an answer it left out those whose keys it needed, and asked WhatsApp for the keys of nobody,
 * which refuses that (lib/Socket/messages-send.js, `assertSessions`, although a comment there says "otherwise
 * original"): they are asked for under the number.
 */
export const askForLids = (
  lidMapping: SignalRepositoryWithLIDStore['lidMapping'],
  keys: Pick<SignalKeyStore, 'get'>,
): void => {
  const askAll = lidMapping.getLIDsForPNs.bind(lidMapping)
  /** On the clock that nobody sets, in milliseconds. */
  let restsUntil = 0
  const isStored = async (pn: string): Promise<boolean> => {
    const user = userOf(pn).replace(/:\d+$/, '')
    return (await keys.get('lid-mapping', [user]))[user] !== undefined
  }
  lidMapping.getLIDForPN = async pn => {
    if (performance.now() < restsUntil && !(await isStored(pn))) return null
    try {
      return (await inTime(askAll([pn])))?.[0]?.lid ?? null
    } catch {
      restsUntil = performance.now() + REST_MS
      return null
    }
  }
  lidMapping.getLIDsForPNs = async pns => {
    const found = (await inTime(askAll(pns)).catch(() => null)) ?? []
    const without = pns.filter(pn => !found.some(pair => pair.pn === pn))
    return [...found, ...without.map(pn => ({ pn, lid: pn }))]
  }
}

/**
 * Asks for the LID of a number, also where the last question was in vain a moment ago: what hangs on it may not come again.
 * Rejects where there is no answer.
 */
export const askForLid = async (
  { executeUSyncQuery, signalRepository }: Pick<WASocket, 'executeUSyncQuery' | 'signalRepository'>,
  pn: string,
): Promise<void> => {
  const query = new USyncQuery().withLIDProtocol().withContext('background')
  const ask = async (): Promise<void> => {
    const answer = await executeUSyncQuery(query.withUser(new USyncUser().withId(pn)))
    if (answer === undefined) throw new Error('There is no answer')
    const lid: unknown = answer.list[0]?.['lid']
    if (typeof lid === 'string') await signalRepository.lidMapping.storeLIDPNMappings([{ lid, pn }])
  }
  await inTime(ask())
}

/** The same where it goes on without. Never rejects. */
export const learnLid = (sock: WASocket, pn: string): Promise<void> =>
  askForLid(sock, pn).catch(() => undefined)

/**
 * Learns what a retry receipt says about whoever asks: their other address, as a message has it (whatsmeow, receipt.go,
 * `parseReceipt`, reads both alike). Baileys reads it from messages alone. Where a pair of either address is known,
 * nothing is learned: a receipt that says otherwise would be answered with what was for somebody else.
 *
 * @returns resolves when all that has come so far is on disk
 */
export const learnFromReceipts = ({
  ws,
  signalRepository: { lidMapping },
  authState: { keys },
}: WASocket): (() => Promise<void>) => {
  const learn = async (pair: { readonly lid: string; readonly pn: string }): Promise<void> => {
    const known = await keys.get('lid-mapping', [userOf(pair.pn), `${userOf(pair.lid)}_reverse`])
    if (Object.keys(known).length === 0) await lidMapping.storeLIDPNMappings([pair])
  }
  let last: Promise<void> = Promise.resolve()
  ws.prependListener('CB:receipt', ({ attrs }: BinaryNode) => {
    const { type, from, participant, sender_pn, sender_lid, participant_pn, participant_lid } = attrs
    const other = normalizeAddress(participant_pn ?? sender_pn ?? participant_lid ?? sender_lid)
    const asker = normalizeAddress(participant ?? from)
    if (type !== 'retry' || asker === undefined || other === undefined) return
    const [lid, pn] = isLid(asker) ? [asker, other] : [other, asker]
    if (!isLid(lid) || !isPhone(pn)) return
    last = last.then(() => learn({ lid, pn })).catch(() => undefined)
  })
  return () => last
}
