import { stat } from 'node:fs/promises'

/** What to tell about a file with a secret that others can read; file modes say nothing on Windows. */
export const warnIfReadable = async (path: string, secret: string): Promise<string[]> => {
  const { mode } = await stat(path)
  return process.platform !== 'win32' && (mode & 0o077) !== 0
    ? [`"${path}" holds ${secret} and other users of this machine can read it; type: chmod 600 "${path}"`]
    : []
}

/** Why a file cannot be read, in words. */
export const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'ENXIO') return 'it is a socket'
  return cause instanceof Error ? cause.message : String(cause)
}
