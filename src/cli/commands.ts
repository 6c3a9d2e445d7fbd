import type { Command } from './command.ts'

/** One line of the table of commands. The module behind `load` holds the rest. */
export interface CommandEntry {
  /** Words to type: `map add`. */
  readonly name: string
  /** In commander's notation: `<must> [may]`. */
  readonly arguments: readonly (readonly [notation: string, about: string])[]
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

/** The one list of commands: help, dispatch and the README's table (a test compares) follow it. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'login',
    arguments: [],
    summary: 'Links this machine to a WhatsApp account',
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'run',
    arguments: [],
    summary: 'Runs the bridge until it is stopped',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'chats',
    arguments: [['[query]', 'part of a name or address']],
    summary: 'Lists the WhatsApp chats known so far',
    load: () => import('./commands/chats.ts'),
  },
  {
    name: 'map add',
    arguments: [
      ['<whatsapp>', 'an address, a phone number, or a name that matches one chat'],
      ['<telegram>', 'a chat id such as -1001234567890, with a topic -1001234567890/42, or @name'],
    ],
    summary: 'Carries a WhatsApp chat to a Telegram chat, and answers back',
    load: () => import('./commands/map/add.ts'),
  },
  {
    name: 'map list',
    arguments: [],
    summary: 'Lists the mappings',
    load: () => import('./commands/map/list.ts'),
  },
  {
    name: 'map remove',
    arguments: [['<whatsapp>', 'an address, a phone number, or the name of a mapped chat']],
    summary: 'Stops carrying a chat',
    load: () => import('./commands/map/remove.ts'),
  },
  {
    name: 'status',
    arguments: [],
    summary: 'Shows both connections, the outbox and the mappings',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'backup',
    arguments: [['<file>', 'the file to write']],
    summary: 'Writes the session, the mappings and the outbox into one encrypted file',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    arguments: [['<file>', 'a file that backup wrote']],
    summary: 'Puts a backup back',
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'unseal',
    arguments: [],
    summary: 'Takes the seal off the data, so that they need no key',
    load: () => import('./commands/unseal.ts'),
  },
  {
    name: 'logout',
    arguments: [],
    summary: 'Unlinks from WhatsApp; keeps the mappings',
    load: () => import('./commands/logout.ts'),
  },
  {
    name: 'licences',
    arguments: [],
    summary: 'Prints the licences of this program and its parts',
    load: () => import('./commands/licences.ts'),
  },
]

/** What a word that only groups commands says in the help. */
export const groupSummaries: Readonly<Record<string, string>> = {
  map: 'Which WhatsApp chat goes to which Telegram chat',
}
