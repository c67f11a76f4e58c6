/** Where a store in PostgreSQL is, and as whom it is reached. */
export interface PostgresPlace {
  /** Host name or address; the folder of a socket when it begins with a slash. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string
  /** Present when the line is TLS: the server's certificate and name are always verified. */
  readonly tls?: PostgresTls
  /** Name of this gateway among those on the same store: 1 to 32 of `a-z 0-9 -`. */
  readonly node: string
}

/** PEM texts. */
export interface PostgresTls {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
  /** What the server's certificate must be for, when that is not `host`. */
  readonly serverName?: string
}

/** Who and where, as a URL says it. */
export type PostgresAddress = Pick<PostgresPlace, 'host' | 'port' | 'database' | 'user'>

/**
 * Read `postgres://USER@HOST:PORT/DATABASE`, or `postgres://USER@/DATABASE?host=FOLDER` for a
 * socket.
 *
 * @returns the address, or what is wrong with the text
 */
export function postgresAddressOf(text: string): PostgresAddress | string {
  const { user, password, host, port, database, folder } = ADDRESS.exec(text)?.groups ?? {}
  if (password !== undefined) return 'must not hold a password, which others could see'
  const where = folder ?? host?.replace(/^\[|\]$/g, '')
  const [who, what] = [decoded(user), decoded(database)]
  if (!where || !who || !what) return 'must be postgres://USER@HOST:PORT/DATABASE'
  return { host: where, port: Number(port ?? DEFAULT_PORT), database: what, user: who }
}

const ADDRESS = new RegExp(
  [
    /^postgres(?:ql)?:\/\/(?<user>[^:@/]+)(?<password>:[^@]*)?@/,
    /(?<host>\[[\da-f:]+\]|[^:@/]*)(?::(?<port>\d{1,5}))?/,
    /\/(?<database>[^/?]+)(?:\?host=(?<folder>\/.+))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
)

const DEFAULT_PORT = 5432

function decoded(text = ''): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
