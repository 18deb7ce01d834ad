import { messages as de } from './languages/de.ts'
import { messages as en } from './languages/en.ts'
import { messages as es } from './languages/es.ts'
import { messages as fr } from './languages/fr.ts'
import type { Messages } from './languages/messages.ts'

const languages: Readonly<Record<string, Messages>> = { en, de, es, fr }

/** The messages of a language, whichever region it is of; English where there are none. `locale` is that of dates and amounts. */
export const messagesIn = (language: string): { readonly messages: Messages; readonly locale: string } => {
  const messages = languages[language.split('-')[0] ?? '']
  return messages === undefined ? { messages: en, locale: 'en' } : { messages, locale: language }
}
