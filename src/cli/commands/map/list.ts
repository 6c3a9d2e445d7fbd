import { addressOf } from '../../../bridge/chat-ref.ts'
import { openBeside } from '../../../store/open-beside.ts'
import type { Command, Context } from '../../command.ts'
import { renderTable } from '../../output.ts'
import type { ExitCode } from '../../user-error.ts'

export const command: Command = {
  examples: [
    ['wa2tg map list', 'lists what goes where'],
    ['wa2tg map list --json', 'gives an array of objects: whatsapp, name, telegram, toTelegramOnly, addedAt'],
  ],
  notes: ['Works without a network and while the bridge runs.'],
  run: listMappings,
}

async function listMappings({ output, loadConfig }: Context): Promise<ExitCode> {
  const { dataDir, storage } = await loadConfig()
  using store = await openBeside(dataDir, storage)
  const rows = store.mappings.list().map(({ whatsapp, telegram, toTelegramOnly, addedAt }) => ({
    whatsapp: addressOf(whatsapp),
    name: store.chats.displayName(whatsapp),
    telegram: addressOf(telegram),
    toTelegramOnly,
    addedAt: new Date(addedAt).toISOString(),
  }))
  if (rows.length === 0) output.note('Nothing is mapped yet. Type: wa2tg map add "Family" -1001234567890')
  output.data(rows, list =>
    renderTable(
      ['NAME', 'WHATSAPP', '', 'TELEGRAM'],
      list.map(({ name, whatsapp, telegram, toTelegramOnly }) => [
        name,
        whatsapp,
        toTelegramOnly ? '→' : '↔',
        telegram,
      ]),
    ),
  )
  return 0
}
