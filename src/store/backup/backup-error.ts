import { codeOf, explainFailure } from '../store-error.ts'

/** A backup cannot be made or put back as asked; the message is one line for the person at the keyboard. */
export class BackupError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'BackupError'
  }
}

/** What went wrong with the backup itself, where the file system is the cause; anything else comes back as it is. */
export const explainFile = (error: unknown, file: string, what: 'read' | 'written'): unknown => {
  if (/^(ENOENT|ENOTDIR|EISDIR|ENOTEMPTY|EACCES|EPERM|EROFS|ELOOP|ENAMETOOLONG)$/.test(codeOf(error))) {
    const advice =
      what === 'read' ? 'Check its name, and that it is yours' : 'Check that its folder exists and is yours'
    return new BackupError(`"${file}" cannot be ${what}. ${advice}`, { cause: error })
  }
  return explainFailure(error, file)
}
