import { child, el, unixSeconds } from '../node.ts'
import { type IqContext, IqError, type IqHandlers } from './iq.ts'

/** Groups: what they are called, who is in them (lib/Socket/groups.js). */
export const groupHandlers: IqHandlers = {
  'w:g2 get query': (request, context) => [find(request.attrs['to'], context).node()],

  'w:g2 get participating': (_request, { world }) => {
    const mine = world.groups.filter(({ includesMe }) => includesMe)
    return [
      el(
        'groups',
        {},
        mine.map(group => group.node()),
      ),
    ]
  },

  /** An invitation is accepted with its code, its end and the address of whoever sent it (lib/Socket/groups.js). */
  'w:g2 set accept': (request, { world }) => {
    const group = world.findGroup(request.attrs['to'] ?? '')
    const { code = '', expiration, admin = '' } = child(request, 'accept')?.attrs ?? {}
    const invitation = group?.invitations.get(code)
    if (!group || !invitation)
      throw new IqError(404, 'item-not-found', 'There is no such invitation', { everyday: false })
    const { by, inviteExpiration } = invitation
    if (Number(expiration) !== inviteExpiration || ![by.lid, by.pn].includes(admin))
      throw new IqError(406, 'not-acceptable', 'The invitation is another one')
    if (group.includesMe)
      throw new IqError(409, 'conflict', 'The account is in the group', { everyday: true })
    if (inviteExpiration < unixSeconds())
      throw new IqError(410, 'gone', 'The invitation is over', { everyday: true })
    group.welcome(by)
    return []
  },
}

function find(jid: string | undefined, { world }: IqContext) {
  const group = world.findGroup(jid ?? '')
  if (!group) throw new IqError(404, 'item-not-found', `There is no group "${jid}"`)
  if (!group.includesMe) throw new IqError(403, 'forbidden', `The account is not in "${group.subject}"`)
  return group
}
