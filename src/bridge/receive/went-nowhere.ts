import type { Store } from '../../store/index.ts'
import type { ContentOf } from '../content.ts'

/** Whoever answers what went to nobody means whom that was for (`whom.ts`), and not whoever is mapped there. */
export const keepWhomFor = (
  source: number,
  notice: Omit<ContentOf<'notice'>, 'kind'>,
  { links }: Pick<Store, 'links'>,
): void => {
  const content: ContentOf<'notice'> = { kind: 'notice', ...notice }
  links.update(source, 'content', JSON.stringify(content))
}
