import { proto, type WAMessage } from '@whiskeysockets/baileys'

/**
 * The messages that one is made of: itself, or those that the phone sends again in it because we had none
 * (lib/Utils/process-message.js, placeholder resend). Only our own devices may do that.
 */
export const messagesIn = (web: WAMessage): readonly WAMessage[] => {
  const answer = web.message?.protocolMessage?.peerDataOperationRequestResponseMessage
  if (web.key.fromMe !== true || answer == null) return [web]
  const resent = (answer.peerDataOperationResult ?? []).flatMap(result => {
    const bytes = result.placeholderMessageResendResponse?.webMessageInfoBytes
    if (!bytes?.length) return []
    try {
      const message = proto.WebMessageInfo.decode(bytes)
      return message.key == null ? [] : [message as WAMessage]
    } catch {
      return []
    }
  })
  return resent.length > 0 ? resent : [web]
}
