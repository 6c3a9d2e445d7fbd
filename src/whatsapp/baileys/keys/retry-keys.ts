import {
  type BinaryNode,
  extractE2ESessionFromRetryReceipt,
  type proto,
  type WASocket,
} from '@whiskeysockets/baileys'
import { isPhone, normalizeAddress } from '../../address.ts'

/** The next message to a group gives its key once more to a device that may not have it, whichever its address there. */
export const forgetGroupKey = async (
  group: string,
  device: string,
  {
    authState: { keys, creds },
    signalRepository: { lidMapping },
  }: Pick<WASocket, 'authState' | 'signalRepository'>,
): Promise<void> => {
  const isNumber = isPhone(normalizeAddress(device) ?? '')
  const pair = await (isNumber ? lidMapping.getLIDForPN(device) : lidMapping.getPNForLID(device))
  // As Baileys locks it while it sends (lib/Socket/messages-send.js, `relayMessage`).
  const lock = creds.me?.id ?? group
  await keys.transaction(async () => {
    const known = (await keys.get('sender-key-memory', [group]))[group] ?? {}
    const noted = [device, pair ?? device].filter(jid => known[jid])
    const without = { ...known, ...Object.fromEntries(noted.map(jid => [jid, false])) }
    if (noted.length > 0) await keys.set({ 'sender-key-memory': { [group]: without } })
  }, lock)
}

/** The key of a group as it is now, for whoever could not read a message there; nothing where there is none yet. */
export const groupKeyFor = async (
  groupId: string,
  { authState, signalRepository }: Pick<WASocket, 'authState' | 'signalRepository'>,
): Promise<proto.IMessage> => {
  const { me } = authState.creds
  for (const meId of [me?.lid, me?.id]) {
    const whose = meId === undefined ? undefined : { group: groupId, meId }
    if (whose === undefined || !(await signalRepository.hasSenderKey(whose))) continue
    const axolotlSenderKeyDistributionMessage = await signalRepository.getSenderKeyDistributionMessage(whose)
    return { senderKeyDistributionMessage: { groupId, axolotlSenderKeyDistributionMessage } }
  }
  return {}
}

/**
 * A new session with the device that sent a retry receipt: from the keys in it, else from those that WhatsApp has of it,
 * since what could not be read may be the fault of the old one. Rejects when WhatsApp gives no answer.
 */
export const renewSession = async (
  receipt: BinaryNode,
  jid: string,
  { signalRepository, assertSessions }: Pick<WASocket, 'signalRepository' | 'assertSessions'>,
): Promise<void> => {
  const { preKey, ...keys } = extractE2ESessionFromRetryReceipt(receipt) ?? {}
  if ('identityKey' in keys) {
    await signalRepository.injectE2ESession({ jid, session: { ...keys, ...(preKey && { preKey }) } })
  } else {
    await assertSessions([jid], true)
  }
}
