/**
 * A row that each network's `SessionStore` has once a backup was put back. The network drops it in the transaction in
 * which it marks what is of the backup: once for each restore, before anything new comes.
 */
export const putBack = { type: 'put-back', id: '' } as const
