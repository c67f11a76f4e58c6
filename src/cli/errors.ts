/** A merchant's client file, or a file it names, cannot be used. */
export class ClientFileError extends Error {
  override readonly name = 'ClientFileError'
  readonly code = 'CLIENT_FILE_INVALID'
}
