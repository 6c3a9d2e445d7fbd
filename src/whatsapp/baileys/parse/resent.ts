import { proto, type WAMessage } from '@whiskeysockets/baileys'

/**
 * The messages that one is made of: itself, or those that the phone sends again in it because we had none
 * (lib/Utils/process-message.js, placeholder resend). Only our own devices may do that. Phones name the author of a group's
 * message outside its key, and hardly ever in it (vinikjkkj/zapo pull request 264; whatsmeow reads that first, too).
 */
export const messagesIn = (web: WAMessage): readonly WAMessage[] => {
  const answer = web.message?.protocolMessage?.peerDataOperationRequestResponseMessage
  if (web.key.fromMe !== true || answer == null) return [web]
  const resent = (answer.peerDataOperationResult ?? []).flatMap(result => {
    const bytes = result.placeholderMessageResendResponse?.webMessageInfoBytes
    if (!bytes?.length) return []
    try {
      const message = proto.WebMessageInfo.decode(bytes)
      if (message.key == null || isUnread(message)) return []
      const participant = message.participant || message.key.participant
      return [{ ...message, key: { ...message.key, ...(participant && { participant }) } } as WAMessage]
    } catch {
      return []
    }
  })
  return resent.length > 0 ? resent : [web]
}

/**
 * The phone's own row of a message that it could not read either: whoever sent it may send it again. A message of which
 * nothing is shown has content all the same, and one that was taken back says so.
 */
const isUnread = ({ message, messageStubType: stub }: proto.IWebMessageInfo): boolean =>
  message == null && (!stub || stub === proto.WebMessageInfo.StubType.CIPHERTEXT)
