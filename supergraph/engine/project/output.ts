import { CinegraphError } from '#platform/errors/errors.ts'

const capacityFirst = 64 * 1024
const capacityKept = 1024 * 1024
const byLoopMax = 64
const wordBytes = 8
const naturalMax = 1e9
const naturalDigits = 10

// NOTE: a lone surrogate is escaped too; UTF-8 cannot carry it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them (RFC 8259, section 7).
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/

/** ASCII text that is written often, as 64-bit words: no ASCII text is a NaN, the only number whose bits may change on the way. */
export type Piece = { readonly words: readonly number[]; readonly length: number }

export const pieceOf = (text: string): Piece => {
  const bytes = Buffer.alloc(Math.ceil(text.length / wordBytes) * wordBytes)
  bytes.write(text, 'latin1')
  return {
    words: Array.from({ length: bytes.length / wordBytes }, (_, index) => bytes.readDoubleBE(index * wordBytes)),
    length: text.length,
  }
}

/** UTF-8 bytes of a JSON text (RFC 8259) in the making. Strings would leave a rope of small objects behind for each answer. */
export class Output {
  #bytes = Buffer.allocUnsafeSlow(capacityFirst)
  #view = viewOf(this.#bytes)
  #length = 0
  #bytesMax = Infinity

  get length(): number {
    return this.#length
  }

  /** Begins a text of at most so many bytes. */
  reset(bytesMax = Infinity): void {
    this.#length = 0
    this.#bytesMax = bytesMax
    if (this.#bytes.length > capacityKept) this.#use(Buffer.allocUnsafeSlow(capacityFirst))
  }

  /** What has been written, as bytes of its own; the next text begins empty. Throws ANSWER_TOO_LARGE. */
  take(): Buffer {
    if (this.#length > this.#bytesMax) throw tooLarge('bytes', this.#bytesMax)
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.reset()
    return taken
  }

  /** A piece of JSON. Its last word reaches past its end, where the next text will stand. */
  piece({ words, length }: Piece): void {
    this.#reserve(length + wordBytes)
    const view = this.#view
    let at = this.#length
    for (let index = 0; index < words.length; index += 1) {
      view.setFloat64(at, words[index] as number)
      at += wordBytes
    }
    this.#length += length
  }

  /** Text that is JSON already. */
  raw(text: string): void {
    this.#reserve(text.length * 3)
    this.#length += this.#bytes.write(text, this.#length)
  }

  /** A string, a boolean or a finite number; false, with nothing written, when the value is none of them. */
  scalar(value: unknown): boolean {
    if (typeof value === 'string') this.string(value)
    else if (typeof value === 'boolean') this.piece(value ? trueText : falseText)
    else if (typeof value === 'number' && Number.isFinite(value)) this.#number(value)
    else return false
    return true
  }

  #number(value: number): void {
    if (value >= 0 && value < naturalMax && Number.isInteger(value)) this.#natural(value)
    else this.raw(String(value))
  }

  #natural(value: number): void {
    this.#reserve(naturalDigits)
    const bytes = this.#bytes
    let at = this.#length
    for (let next = value; next >= 10; next = tenth(next)) at += 1
    const end = at + 1
    for (let rest = value; at >= this.#length; at -= 1) {
      const tens = tenth(rest)
      bytes[at] = digitZero + rest - tens * 10
      rest = tens
    }
    this.#length = end
  }

  /** The JSON text of a string. */
  string(text: string): void {
    this.#reserve(text.length * 3 + 2)
    if (text.length <= byLoopMax && this.#plain(text)) return
    if (escaped.test(text)) this.raw(JSON.stringify(text))
    else this.#quoted(text)
  }

  /** Writes a string of ASCII characters that need no escape; false, with nothing written, when it is none. */
  #plain(text: string): boolean {
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = quoteMark
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index)
      if (unit < 0x20 || unit > 0x7f || unit === quoteMark || unit === backslash) return false
      bytes[at++] = unit
    }
    bytes[at++] = quoteMark
    this.#length = at
    return true
  }

  #quoted(text: string): void {
    let at = this.#length
    this.#bytes[at++] = quoteMark
    at += this.#bytes.write(text, at)
    this.#bytes[at++] = quoteMark
    this.#length = at
  }

  /** Writes a part of what was written once more. */
  again(start: number, end: number): void {
    this.#reserve(end - start)
    this.#bytes.copyWithin(this.#length, start, end)
    this.#length += end - start
  }

  #reserve(more: number): void {
    if (this.#length + more > this.#bytes.length) this.#grow(this.#length + more)
  }

  #grow(wanted: number): void {
    // NOTE: what is reserved is up to three times what is written.
    if (this.#length > this.#bytesMax) throw tooLarge('bytes', this.#bytesMax)
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#use(larger)
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
  }
}

/** Thrown when an answer is larger than one may be. */
export const tooLarge = (what: string, max: number): CinegraphError => new CinegraphError('ANSWER_TOO_LARGE', { what, max })

/** Of a natural number below 2³¹; stays in integers. */
const tenth = (natural: number): number => (natural / 10) | 0

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer<ArrayBuffer>): DataView => new DataView(buffer, byteOffset, byteLength)

const quoteMark = 0x22
const backslash = 0x5c
const digitZero = 0x30
const trueText = pieceOf('true')
const falseText = pieceOf('false')
