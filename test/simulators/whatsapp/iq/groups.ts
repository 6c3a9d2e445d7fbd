import { el } from '../node.ts'
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
}

function find(jid: string | undefined, { world }: IqContext) {
  const group = world.findGroup(jid ?? '')
  if (!group) throw new IqError(404, 'item-not-found', `There is no group "${jid}"`)
  if (!group.includesMe) throw new IqError(403, 'forbidden', `The account is not in "${group.subject}"`)
  return group
}
