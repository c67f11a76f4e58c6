/** How one host authenticates messages: the `mac` of its link.json, checked and compiled. */
export interface MacRules {
  readonly key: MacKeyRules
  /** Where a MAC can stand: the last element of each bitmap that may be a message's last. */
  readonly carriers: readonly MacCarrier[]
  readonly coverage: MacCoverage
  /** Where messages say which key it was; undefined where they do not. */
  readonly index: KeyIndexPlace | undefined
  /** Message classes, such as 2, of which each message carries a MAC. */
  readonly classes: ReadonlySet<string>
  /** Codes of network functions whose messages do. */
  readonly functions: ReadonlySet<string>
  /** The response to a request of the host with a wrong MAC, and to a key that cannot be used. */
  readonly wrongMacCode: string
  readonly wrongKeyCode: string
  readonly exchange: KeyExchangeRules
}

/** What the working keys are, for whoever holds them. */
export interface MacKeyRules {
  readonly method:
    | {
        readonly algorithm: 'iso9797-1-alg1' | 'iso9797-1-alg3'
        readonly cipher: MacCipher
        /** Padding method of ISO/IEC 9797-1. */
        readonly padding: 1 | 2 | 3
      }
    | { readonly algorithm: 'cmac'; readonly cipher: Exclude<MacCipher, 'des'> }
  readonly keyBytes: number
  /** How much of a MAC is sent, from its left. */
  readonly macBytes: number
  /** How a key is encrypted under the key-encrypting key. */
  readonly wrapping: 'tdes-ecb' | 'aes-wrap'
  /** How much of a key's check value is sent behind it; nothing when 0. */
  readonly checkBytes: number
}

export type MacCipher = 'des' | 'tdes' | 'aes'

export interface MacCarrier {
  readonly element: string
  /** The bytes that it takes on the line, which are the last of its message. */
  readonly lineBytes: number
  /** Its value before the MAC is known, and those bytes then. */
  readonly zeros: string
  readonly zeroBytes: Uint8Array
  /** Makes a whole value of one that begins as it should. */
  filled(value: string): string
}

/** The bytes that a MAC is made over. */
export type MacCoverage =
  /** All before the element that carries it. */
  | { readonly of: 'up-to-mac' }
  /** The whole message, that element zero. */
  | { readonly of: 'mac-as-zeros' }
  /** These elements, one behind the other, each where it is there; with their length prefixes. */
  | {
      readonly of: 'elements'
      readonly elements: ReadonlySet<string>
      readonly lengthsCovered: boolean
    }

/** Digits of an element's value; `mac` is the element that carries the MAC. */
export interface KeyIndexPlace {
  readonly element: string
  readonly from: number
  readonly digits: number
  /** How long a value of the element is, at least. */
  readonly lengthMin: number
}

/** How working keys come and go. */
export interface KeyExchangeRules {
  /** Carries the encrypted key, and its check value behind it. */
  readonly element: string
  readonly index: KeyIndexPlace | undefined
  readonly gatewayStarts:
    | {
        readonly code: string
        /**
         * Where the key is: in our request, which brings one of our own making; in the answer to
         * it; or in a request that the host makes after it.
         */
        readonly keyIn: 'request' | 'answer' | 'host-request'
      }
    | undefined
  readonly hostStarts: { readonly code: string } | undefined
  /** How long the key before verifies beside the one that has followed it. */
  readonly bothLiveMs: number
  /** A key this old is changed; undefined when that is the host's to begin. */
  readonly renewAfterMs: number | undefined
}
