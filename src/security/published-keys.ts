/**
 * Thumbprints (RFC 7638) of keys whose private halves anyone can read. Production registers none of
 * them.
 */
export const PUBLISHED_KEYS: ReadonlySet<string> = new Set([
  // keys/test/merchant-signing.pem and keys/test/merchant-encryption.pem
  'YZdM8ZYCdVB8S456vSquCDnYudmuD8M5wqRPQLN6Jbg',
  'L-nWisSeqYiGXKG5G_blqih0Ya77pmRdWPITY6JgGbI',
  // RFC 7515 appendix A.3
  'oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U',
  // RFC 7638 section 3.1, which is the key of RFC 7517 appendix A.2
  'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
])

/** SHA-256, in hexadecimal, of keys of hosts and terminals that anyone can read. */
export const PUBLISHED_SECRETS: ReadonlySet<string> = new Set([
  // specs/sandbox-keys.json: protectionKey, and the key in terminalKeyBlock
  'b97a2ca92121e43b23568320f5bbd183787b201b51104217a0ecbd6d14ddc663',
  'e03379a20848e9e0bf362f46826947d0065a747ce3ef75929078e74601153db1',
  // specs/sandbox-cards.json: pinKey, keyEncryptingKey
  '411d3f1d2390ff3f482ac8df4e730780bb081a192f283d2f373138fd101dc8fe',
  '201e8b7318efa0d11cb542016db4f42e960b5537de8a4ca3f60efbf5468406eb',
])
