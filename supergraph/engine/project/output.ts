const capacityFirst = 64 * 1024
const capacityKept = 1024 * 1024
const byLoopMax = 64

// NOTE: a lone surrogate is escaped too; UTF-8 cannot carry it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them (RFC 8259, section 7).
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/

/** UTF-8 bytes of a JSON text (RFC 8259) in the making. Strings would leave a rope of small objects behind for each answer. */
export class Output {
  #bytes = Buffer.allocUnsafeSlow(capacityFirst)
  #length = 0

  get length(): number {
    return this.#length
  }

  reset(): void {
    this.#length = 0
    if (this.#bytes.length > capacityKept) this.#bytes = Buffer.allocUnsafeSlow(capacityFirst)
  }

  /** What has been written, as bytes of its own; the next text begins empty. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.reset()
    return taken
  }

  /** Bytes that are JSON already. */
  bytes(source: Uint8Array): void {
    const { length } = source
    this.#reserve(length)
    const bytes = this.#bytes
    let at = this.#length
    if (length > byLoopMax) bytes.set(source, at)
    else for (let index = 0; index < length; index += 1) bytes[at + index] = source[index] as number
    at += length
    this.#length = at
  }

  /** Text that is JSON already. */
  raw(text: string): void {
    this.#reserve(text.length * 3)
    this.#length += this.#bytes.write(text, this.#length)
  }

  number(value: number): void {
    const text = String(value)
    this.#reserve(text.length)
    for (let index = 0; index < text.length; index += 1) this.#bytes[this.#length + index] = text.charCodeAt(index)
    this.#length += text.length
  }

  /** The JSON text of a string. */
  string(text: string): void {
    this.#reserve(text.length * 3 + 2)
    if (text.length <= byLoopMax && this.#plain(text)) return
    if (escaped.test(text)) this.raw(JSON.stringify(text))
    else this.#quoted(text)
  }

  /** Writes a string of ASCII characters that need no escape; tells when it is none and writes nothing. */
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
    const wanted = this.#length + more
    if (wanted <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

const quoteMark = 0x22
const backslash = 0x5c
