import { proto } from '@whiskeysockets/baileys'
import type { StandIn } from '../../../bridge/network.ts'
import type { Scene } from './scene.ts'

const day = 86_400
/** For how long WhatsApp pins, in seconds: there is no "until further notice". */
const periods = [day, 7 * day, 30 * day] as const

export const renderPin = (
  message: StandIn,
  { pinned, seconds = Number.POSITIVE_INFINITY }: { pinned: boolean; seconds?: number | undefined },
  { scene, now }: { scene: Scene; now: number },
): proto.IMessage => {
  const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type
  return {
    pinInChatMessage: {
      key: scene.keyOf(message),
      type: pinned ? PIN_FOR_ALL : UNPIN_FOR_ALL,
      senderTimestampMs: now,
    },
    messageContextInfo: {
      messageAddOnDurationInSecs: pinned ? (periods.find(period => period >= seconds) ?? 30 * day) : 0,
    },
  }
}
