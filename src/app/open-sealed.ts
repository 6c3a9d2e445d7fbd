import type { Config } from '../config/load.ts'
import { copiesBeside, openStore, type Store, storePath } from '../store/index.ts'
import type { Logger } from '../support/log.ts'

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
  return openStore(path, { ...config.storage, check, sealAll: true, onSealed })
}
