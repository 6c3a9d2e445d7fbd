import { existsSync, statSync } from 'node:fs'
import type { Config } from '../config/load.ts'
import { copiesBeside, openStore, type Store, storePath } from '../store/index.ts'
import type { Logger } from '../support/log.ts'

/** What is larger is not read in a moment on a small machine, in bytes: 490 MB took 7 s on two busy cores. */
const LARGE = 50_000_000

/** Opens the store, and seals what stands in it unsealed where there is a key. The caller holds the lock. */
export const openSealed = (
  { config, dataDir, logger }: { readonly config: Config; readonly dataDir: string; readonly logger: Logger },
  { check = false }: { readonly check?: boolean } = {},
): Store => {
  const path = storePath(dataDir)
  const onSealed = (): void => {
    const copies = copiesBeside(path).map(folder => `"${folder}"`)
    if (copies.length > 0)
      logger.warn(
        `The data are sealed now, but not the copies of them in ${copies.join(', ')}: delete those that you do not need`,
      )
  }
  const size = check && existsSync(path) ? statSync(path).size : 0
  if (size > LARGE)
    logger.info(`The data are read once, to see that they are whole: ${Math.round(size / 1_000_000)} MB`)
  return openStore(path, { ...config.storage, check, sealAll: true, onSealed })
}
