import { existsSync } from 'node:fs'
import { openStore, refuseCutOff, storePath, takeLock } from '../../store/index.ts'
import type { Command, Context } from '../command.ts'
import { type ExitCode, UserError } from '../user-error.ts'

export const command: Command = {
  examples: [['wa2tg unseal', 'opens what is sealed; then take the key out of the config']],
  notes: [
    'With storage.key_file, WA2TG_KEY or the systemd credential wa2tg-key, the next start seals keys and message texts in the data folder. This takes the seal off again: to go on without a key, or to seal with another one.',
    'Stop the bridge first. Ends with 0 when nothing is sealed any more.',
  ],
  run: unseal,
}

async function unseal({ output, loadConfig }: Context): Promise<ExitCode> {
  const { dataDir, storage } = await loadConfig()
  const path = storePath(dataDir)
  refuseCutOff(path)
  if (!existsSync(path)) throw new UserError(`There is nothing to unseal: "${path}" does not exist`)
  await using _lock = await takeLock(dataDir, 'unseal')
  using store = openStore(path, storage)
  const wasSealed = store.database.isSealed
  if (wasSealed) store.database.unseal()
  const words = wasSealed ? 'Nothing is sealed any more' : 'Nothing is sealed'
  output.note(
    storage.key === undefined
      ? words
      : `${words}. Take the key out of the config, or the next start seals it again`,
  )
  if (output.json) output.data({ sealed: false, wasSealed }, () => '')
  return 0
}
