/** A text as it may stand in HTML and SVG, between tags and within a quoted attribute. */
export const escapeMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
