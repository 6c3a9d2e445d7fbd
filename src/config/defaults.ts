/** What holds where the config file says nothing. Apart from the schema, which is not loaded where there is no file. */
export const defaults = {
  telegram: { owners: [] as number[], api_root: 'https://api.telegram.org' },
  storage: {},
  whatsapp: {},
  messages: {
    deletions: 'delete',
    disappearing: 'delete',
    receipts: false,
    spoilers_as_view_once: false,
    security_codes: false,
    link_previews: true,
    anonymous_admins: false,
  },
  log_level: 'info',
} as const
