/**
 * `debug`, bundled in `grammy/web`, reads `globalThis.localStorage` when it is loaded, and Node 26 prints an
 * ExperimentalWarning at that. Nothing here uses web storage, so the getter is taken away before grammY is loaded.
 */
Object.defineProperty(globalThis, 'localStorage', { value: undefined, configurable: true, writable: true })
