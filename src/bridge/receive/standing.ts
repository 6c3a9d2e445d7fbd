import type { Standing } from '../network.ts'
import type { InboxOptions } from './reception.ts'
import { tellOwner } from './tell-owner.ts'

/** Tells the owner of each trouble once, and again when it was over in between. Returns whether anything was said. */
export const tellOfStanding = (
  { about: id, trouble }: Standing,
  options: InboxOptions,
  now: number,
): boolean => {
  const about = { type: 'standing', id }
  if (trouble !== undefined) {
    const { id: value, text } = trouble
    return tellOwner({ about, value, isNews: before => before !== value, text: () => text }, options, now)
  }
  const told = options.store.session('told')
  if (told.get(about.type, id) !== undefined) told.set([{ ...about, value: null }])
  return false
}
