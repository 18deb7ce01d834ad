import type { Messages } from './messages.ts'

export const messages: Messages = {
  confirmSignUp: ({ code, until }) => ({
    subject: 'Ihr Code für Cinegraph',
    text: `Willkommen bei Cinegraph. Geben Sie diesen Code dort ein, wo Sie sich angemeldet haben:\n\n${code}\n\nEr gilt bis ${until}. Waren Sie es nicht, ist nichts zu tun: Ohne den Code entsteht kein Konto.`,
  }),
  alreadyMember: ({ url }) => ({
    subject: 'Sie haben schon ein Konto bei Cinegraph',
    text: `Jemand, vermutlich Sie, wollte sich mit dieser Adresse neu anmelden. Sie gehört schon zu einem Konto, und nichts wurde geändert. Melden Sie sich an, oder setzen Sie ein neues Passwort, falls Sie Ihres vergessen haben:\n\n${url}`,
  }),
  resetPassword: ({ url, until }) => ({
    subject: 'Ein neues Passwort setzen',
    text: `Jemand, vermutlich Sie, hat für dieses Konto ein neues Passwort angefordert. Setzen Sie es hier:\n\n${url}\n\nDer Link gilt einmal, bis ${until}. Waren Sie es nicht, ist nichts zu tun: Ihr Passwort bleibt, wie es ist.`,
  }),
  noAccount: ({ email, url }) => ({
    subject: 'Zu dieser Adresse gibt es kein Konto',
    text: `Jemand, vermutlich Sie, hat ein neues Passwort angefordert. Zur Adresse ${email} gibt es kein Konto bei Cinegraph; vielleicht haben Sie sich mit einer anderen angemeldet. Hier können Sie ein Konto anlegen:\n\n${url}`,
  }),
  passwordChanged: ({ at, url }) => ({
    subject: 'Ihr Passwort wurde geändert',
    text: `Das Passwort Ihres Kontos wurde am ${at} geändert, und die übrigen Geräte wurden abgemeldet. Waren Sie es nicht, setzen Sie jetzt ein neues:\n\n${url}`,
  }),
  started: ({ planName, at, url }) => ({
    subject: `Ihr Abo ${planName} hat begonnen`,
    text: `Willkommen bei Cinegraph.\n\nIhr Abo ${planName} hat am ${at} begonnen. Jeder Film ist einen Klick entfernt, auf allen Ihren Bildschirmen:\n\n${url}`,
  }),
  paid: ({ amount, planName, invoiceNumber, at, url }) => ({
    subject: `Beleg zur Rechnung ${invoiceNumber}`,
    text: `Vielen Dank. ${amount} für ${planName} wurden am ${at} bezahlt, Rechnung ${invoiceNumber}. Ihre Rechnungen:\n\n${url}`,
  }),
  declined: ({ amount, planName, invoiceNumber, nextTryAt, url }) => ({
    subject: `Ihre Zahlung für ${planName} wurde abgelehnt`,
    text: `${amount} für ${planName} (Rechnung ${invoiceNumber}) konnten nicht eingezogen werden. ${nextTryAt === null ? 'Es wird nicht noch einmal versucht.' : `Es wird am ${nextTryAt} noch einmal versucht.`} Hier können Sie eine andere Karte angeben:\n\n${url}`,
  }),
}
