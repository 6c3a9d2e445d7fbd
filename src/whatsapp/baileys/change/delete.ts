import { proto } from '@whiskeysockets/baileys'
import type { StandIn } from '../../../bridge/network.ts'
import { reject } from '../../../bridge/verdict.ts'
import { isGroup } from '../../address.ts'
import type { Scene } from './scene.ts'

/** How long phones delete for everyone, in milliseconds (mautrix-whatsapp, DeleteMaxAge). */
const window = 2 * 24 * 3_600_000

/** Deletes a message for everyone. Throws `DeliveryError` where phones would not. */
export const renderDeletion = (
  message: StandIn,
  { scene, now }: { scene: Scene; now: number },
): proto.IMessage => {
  if (!message.fromMe && !isGroup(scene.jid)) throw reject('WhatsApp lets nobody delete what others wrote')
  if (!message.fromMe && !scene.isAdmin) {
    throw reject('Only an administrator of the group can delete what others wrote')
  }
  if (now - (message.at ?? 0) > window)
    throw reject('WhatsApp deletes a message for everyone for two days only')
  return {
    protocolMessage: { key: scene.keyOf(message), type: proto.Message.ProtocolMessage.Type.REVOKE },
  }
}
