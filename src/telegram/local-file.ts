/**
 * Whether a path that `getFile` gave is that of a file which a Bot API server on this machine keeps for the bot. One
 * that runs with `--local` gives absolute paths, in a folder named by the token, with "~" for ":" on disks that take
 * none (telegram-bot-api, Client.cpp, `Client::start_up`). Whoever else answers must not have us open what they name:
 * Telegram's own servers, or a proxy in front of them, under whatever name it goes.
 */
export const isKeptForBot = (path: string, { token, root }: { token: string; root: string }): boolean => {
  if (/(^|\.)telegram\.org\.?$/.test(new URL(root).hostname)) return false
  const names = path.split(/[\\/]/)
  const folders = [token, `${token}:T`].flatMap(each => [each, each.replaceAll(':', '~')])
  return !names.includes('..') && folders.some(each => names.includes(each))
}
