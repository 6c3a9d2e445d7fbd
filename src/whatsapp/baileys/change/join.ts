import type { proto } from '@whiskeysockets/baileys'
import type { StandIn } from '../../../bridge/network.ts'
import { reject, retry } from '../../../bridge/verdict.ts'
import { readError, refusedQuery } from '../errors.ts'
import type { Query } from '../media/hosts.ts'
import { readRaw } from '../parse/context.ts'

type Invitation = proto.Message.IGroupInviteMessage

/**
 * Accepts the invitation to a group that a message is. Its code works with the address of whoever sent it
 * (lib/Socket/groups.js, `groupAcceptInviteV4`, which also makes messages of its own). To be in the group already is as
 * good. Throws `DeliveryError`.
 */
export const acceptInvitation = async (
  message: StandIn | undefined,
  inviter: (message: StandIn) => string,
  query: Query,
): Promise<void> => {
  const invitation = message?.raw === undefined ? undefined : readRaw(message.raw).groupInviteMessage
  if (message === undefined || !invitation?.groupJid || !invitation.inviteCode)
    throw reject('There is no invitation in this message')
  const answer = await query({
    tag: 'iq',
    attrs: { type: 'set', xmlns: 'w:g2', to: invitation.groupJid },
    content: [{ tag: 'accept', attrs: attrsOf(invitation, inviter(message)) }],
  }).catch((error: unknown) => {
    if (readError(error).data === ALREADY_IN) return 'already in' as const
    throw refusedQuery(error, { no: whyNot, silence })
  })
  if (answer === undefined) throw retry(silence)
}

const ALREADY_IN = 409
const silence = 'WhatsApp did not answer'

const attrsOf = ({ inviteCode, inviteExpiration }: Invitation, admin: string): Record<string, string> => ({
  code: inviteCode ?? '',
  expiration: String(inviteExpiration ?? 0),
  admin,
})

/** Codes as whatsmeow reads them (errors.go, group.go): gone, unknown, no longer good, full. */
const whyNot = (code: number): string => {
  if (code === 404 || code === 406 || code === 410) return 'the invitation holds no longer'
  return code === 419 ? 'the group is full' : `WhatsApp does not let you in (${code})`
}
