/** A language of a container (ISO 639, two letters or three) as BCP 47; undefined for what is none. */
export const tagOf = (language: string | undefined): string | undefined => {
  try {
    return language === undefined ? undefined : Intl.getCanonicalLocales(language.replaceAll('_', '-'))[0]
  } catch {
    return undefined
  }
}

const nameOf = (language: string | undefined): string | undefined => {
  const tag = tagOf(language)
  const name = tag === undefined ? undefined : new Intl.DisplayNames([tag, 'en'], { type: 'language', fallback: 'none' }).of(tag)
  return name === undefined ? tag : name.charAt(0).toLocaleUpperCase(tag) + name.slice(1)
}

/** What viewers choose by: a track's title, else its language in its own words; no two are the same. */
export const labelsOf = (
  tracks: readonly { readonly language: string | undefined; readonly title: string | undefined }[],
): readonly string[] => {
  const plain = tracks.map(({ language, title }) => attributeText(title ?? nameOf(language) ?? 'Original'))
  return plain.map((label, at) => {
    const before = plain.slice(0, at).filter((other) => other === label).length
    return before === 0 ? label : `${label} (${before + 1})`
  })
}

/** NOTE: a quoted string of a playlist holds neither quotes nor line ends (RFC 8216, section 4.2). */
const attributeText = (text: string): string => {
  const shown = text
    .replace(/["\p{Cc}\p{Cf}]/gu, ' ')
    .trim()
    .slice(0, 80)
  return shown === '' ? 'Original' : shown
}
