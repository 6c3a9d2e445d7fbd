import type { World } from '../../../test/simulators/world.ts'
import { openChapters } from '../../demo/kinds.ts'
import type { Book } from './book.ts'
import { openFates } from './fates.ts'
import { openMore } from './more.ts'

const people = ({ wa }: World) => {
  const [alice, bob] = [
    { phone: '15550000002', lid: '900000000000002', name: 'Alice', pushName: 'Ali' },
    { phone: '15550000003', lid: '900000000000003', name: 'Bob', pushName: 'Bobby' },
  ].map(who => wa.addContact(who))
  if (alice === undefined || bob === undefined) throw new Error('There is nobody')
  return { alice, bob }
}

export const books: readonly Book[] = [
  {
    name: 'What the demo shows',
    messages: ['link_previews: false'],
    open: world => openChapters({ world, ...people(world) }),
  },
  {
    name: 'What the demo does not show',
    messages: [
      'link_previews: false',
      'security_codes: true',
      'spoilers_as_view_once: true',
      'deletion_reaction: "🙈"',
    ],
    provokes: /only admins may write/,
    open: world => openMore({ world, ...people(world) }),
  },
  {
    name: 'What a config asks for',
    messages: ['link_previews: false', 'receipts: true', 'deletions: strike'],
    open: world => openFates({ world, ...people(world) }),
  },
]
