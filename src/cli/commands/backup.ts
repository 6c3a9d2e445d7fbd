import { storePath, writeBackup } from '../../store/index.ts'
import type { Command, Context } from '../command.ts'
import { passphraseOption, readPassphrase } from '../passphrase.ts'
import { type ExitCode, UserError } from '../user-error.ts'

export const command: Command = {
  options: [
    passphraseOption,
    { flags: '--plain', about: 'do not encrypt: whoever reads the file can act as you on WhatsApp' },
    { flags: '--force', about: 'replace a file of that name' },
  ],
  examples: [
    ['wa2tg backup wa2tg.backup', 'asks for a passphrase, then writes the file'],
    ['wa2tg backup /mnt/wa2tg.backup --passphrase-file ~/.passphrase --force', 'for a timer'],
    ['wa2tg backup copy.db --plain', 'writes an SQLite file that any tool can read'],
  ],
  notes: [
    'The linked session, the mappings and undelivered messages, as they are at one moment; also while the bridge runs. The config is not in it. Without the passphrase nobody can read it, you included.',
    'Ends with 0 when the file is whole and on disk, 2 when something must be changed; then there is no new file.',
  ],
  run: backup,
}

async function backup(context: Context): Promise<ExitCode> {
  const { args, options, output, loadConfig } = context
  const [file = ''] = args
  const plain = options['plain'] === true
  if (plain && options['passphraseFile'] !== undefined) {
    throw new UserError('--plain and --passphrase-file exclude each other; leave one of them out')
  }
  const { dataDir } = await loadConfig()
  const bytes = await writeBackup(storePath(dataDir), file, {
    force: options['force'] === true,
    ...(plain ? {} : { passphrase: () => readPassphrase(context, { twice: true }) }),
  })
  output.note(`Backed up to "${file}" (${Math.ceil(bytes / 1024)} KB${plain ? ', not encrypted' : ''})`)
  if (output.json) output.data({ file, bytes, encrypted: !plain }, () => '')
  return 0
}
