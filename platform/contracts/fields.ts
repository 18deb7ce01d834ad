import { domainToASCII, domainToUnicode } from 'node:url'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'

// One schema per kind of value that a member or an operator may send. Resolvers, events and the outbox use the same one, so
// that what one of them accepts the next does not refuse. Messages complete a sentence: "A profile name has 1 to 40 characters".

/** Whether PostgreSQL and JSON can hold a text: no NUL, and no half of a surrogate pair. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const notStorable = 'holds characters that are not text'
const text = (min: number, max: number, of = 'characters') => {
  const wanted = min === 0 ? `has at most ${max} ${of}` : `has ${min} to ${max} ${of}`
  return z.string().min(min, wanted).max(max, wanted).refine(isStorable, notStorable)
}
const whole = (min: number, max: number) =>
  z.int(`lies from ${min} to ${max}`).min(min, `lies from ${min} to ${max}`).max(max, `lies from ${min} to ${max}`)

/** Controls of ASCII and Latin-1, and those that override the direction of the text that follows them. */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
/** A character that leaves a mark: no space, none of the format characters, and none of the letters that are drawn as nothing. */
const seen = /[^\s\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u
const name = (max: number) =>
  z
    .string()
    .max(4 * max, `has 1 to ${max} characters`)
    .transform((value) => value.normalize('NFC').trim())
    .pipe(
      text(1, max)
        .refine((value) => !unseen.test(value), notStorable)
        .refine((value) => value === '' || seen.test(value), 'has a character that can be seen'),
    )

/** An instant: ISO 8601 in UTC. */
export const Instant = z.iso.datetime()
/** An id of ours: of a profile, title, session, upload or device. */
export const Id = text(1, 64)
export const ProfileName = name(40)
export const TitleName = name(200)
export const GenreName = name(40)
export const GenreNames = z.array(GenreName).max(10, 'has at most 10 entries')
export const Synopsis = text(0, 2_000)
export const SearchText = text(0, 200)
export const passwordMax = 256
export const Password = text(8, passwordMax)
/** Age in years: what a title asks for, and up to what a profile may see. */
export const Maturity = whole(0, 18)
export const ReleaseYear = whole(1870, 2200)
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'has 64 hexadecimal digits')
export const Pin = z.string().regex(/^[0-9]{4,8}$/, 'has 4 to 8 digits')
export const profilesMax = 5

const canonicalLanguage = (tag: string): string | undefined => {
  try {
    return /^[a-z]{2,3}(-|$)/i.test(tag) ? Intl.getCanonicalLocales(tag)[0] : undefined
  } catch {
    return undefined
  }
}

/** A language tag (BCP 47) in its canonical form: `EN-us` becomes `en-US`. */
export const Language = z
  .string()
  .max(35, 'is not a language tag such as `en` or `pt-BR`')
  .transform((tag, context) => {
    const canonical = canonicalLanguage(tag)
    if (canonical !== undefined) return canonical
    context.addIssue({ code: 'custom', message: 'is not a language tag such as `en` or `pt-BR`' })
    return z.NEVER
  })

/** A local part without quotes: RFC 5322 section 3.2.3 (dot-atom), with the letters of RFC 6531. */
const localPart = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u
/** A host name of two labels or more (RFC 1123), in its ASCII form; its last label is not a number. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/

const canonicalEmail = (address: string): string | undefined => {
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC')
  const domain = domainToASCII(address.slice(at + 1))
  if (Buffer.byteLength(local) > 64 || !localPart.test(local) || !hostName.test(domain)) return undefined
  return `${local}@${domainToUnicode(domain)}`
}

/** An e-mail address, also an internationalised one, in the form in which two spellings of the same address are equal. */
export const EmailAddress = z
  .string()
  .max(320, 'is not an e-mail address')
  .transform((value, context) => {
    const canonical = isStorable(value) ? canonicalEmail(value.trim()) : undefined
    if (canonical !== undefined) return canonical
    context.addIssue({ code: 'custom', message: 'is not an e-mail address' })
    return z.NEVER
  })

/** The value as `schema` reads it. Throws INPUT_INVALID, which names the value and says what is wrong with it. */
export const parseInput = <T extends z.ZodType>(what: string, schema: T, value: unknown): z.output<T> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new CinegraphError('INPUT_INVALID', { name: what, why: parsed.error.issues[0]?.message ?? 'is not valid' })
}
