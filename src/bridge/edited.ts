import type { Content } from './content.ts'

/** What a message is that was edited: words in place of a file are its caption. */
export const edited = (before: Content, after: Content): Content =>
  before.kind === 'media' && after.kind === 'text' ? { ...before, caption: after.body } : after
