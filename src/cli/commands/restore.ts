import { keyIdOf, restoreBackup, storePath, takeLock } from '../../store/index.ts'
import type { Command, Context } from '../command.ts'
import { passphraseOption, readPassphrase } from '../passphrase.ts'
import type { ExitCode } from '../user-error.ts'

export const command: Command = {
  options: [
    passphraseOption,
    { flags: '--force', about: 'replace the data that are there; they are kept aside' },
  ],
  examples: [
    ['wa2tg restore wa2tg.backup', 'asks for the passphrase, then puts the backup back'],
    ['wa2tg restore wa2tg.backup --force', 'also where there are data already'],
  ],
  notes: [
    'Stop the bridge first. The backup is verified before anything is replaced.',
    'What waited in the backup is looked for in Telegram before it is sent. What was edited or deleted there since comes once more, as a rule with a line that says so.',
    'WhatsApp changes its keys with every message. What came after the backup does not come again, and the next messages may have to be sent again by the senders’ phones. So if messages were exchanged since the backup, link anew afterwards: wa2tg logout, then wa2tg login. The mappings stay.',
    'Ends with 0 when the backup is in place, 2 when something must be changed; then nothing was.',
  ],
  run: restore,
}

async function restore(context: Context): Promise<ExitCode> {
  const { args, options, output, loadConfig } = context
  const [file = ''] = args
  const { dataDir, storage } = await loadConfig()
  await using _lock = await takeLock(dataDir, 'restore')
  const { madeAt, replaced, inDoubt, sealedWith } = await restoreBackup(file, storePath(dataDir), {
    passphrase: () => readPassphrase(context, { twice: false }),
    force: options['force'] === true,
  })
  const when = new Date(madeAt).toISOString()
  output.note(`Restored as it was at ${when}`)
  if (replaced !== undefined) output.note(`What was there before is kept in "${replaced}"`)
  if (sealedWith !== undefined && (storage.key === undefined || keyIdOf(storage.key) !== sealedWith)) {
    output.note(
      `It is sealed with the key ${sealedWith}, without which nothing can be read: set storage.key_file, or WA2TG_KEY`,
    )
  }
  if (inDoubt > 0) {
    output.note(
      `${inDoubt === 1 ? 'One delivery' : `${inDoubt} deliveries`} to Telegram waited in it, to be looked for there first. What was edited or deleted since comes once more, as a rule with a line that says so`,
    )
  }
  output.note(
    'If messages were exchanged since, WhatsApp’s keys have moved on: link anew with wa2tg logout, then wa2tg login. Mappings stay',
  )
  if (output.json) output.data({ restored: when, replaced: replaced ?? null }, () => '')
  return 0
}
