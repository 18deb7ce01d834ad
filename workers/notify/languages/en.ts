import type { Messages } from './messages.ts'

export const messages: Messages = {
  confirmSignUp: ({ code, until }) => ({
    subject: 'Your code for Cinegraph',
    text: `Welcome to Cinegraph. Enter this code where you signed up:\n\n${code}\n\nIt works until ${until}. If you did not sign up, nothing has to be done: without the code no account is made.`,
  }),
  alreadyMember: ({ url }) => ({
    subject: 'You have a Cinegraph account already',
    text: `Somebody, probably you, wanted to sign up with this address. It has an account already, and nothing was changed. Sign in, or set another password if yours is forgotten:\n\n${url}`,
  }),
  resetPassword: ({ url, until }) => ({
    subject: 'Set another password',
    text: `Somebody, probably you, has asked for another password for this account. Set it here:\n\n${url}\n\nThe link works once, until ${until}. If it was not you, nothing has to be done: your password stays as it is.`,
  }),
  noAccount: ({ email, url }) => ({
    subject: 'There is no account with this address',
    text: `Somebody, probably you, has asked for another password. There is no Cinegraph account with the address ${email}; perhaps you signed up with another one. Here you can sign up:\n\n${url}`,
  }),
  passwordChanged: ({ at, url }) => ({
    subject: 'Your password was changed',
    text: `The password of your account was changed on ${at}, and the other devices were signed out. If it was not you, set another one now:\n\n${url}`,
  }),
  started: ({ planName, at, url }) => ({
    subject: `Your ${planName} plan has started`,
    text: `Welcome to Cinegraph.\n\nYour ${planName} plan started on ${at}. Every film is one press away, on every screen you own:\n\n${url}`,
  }),
  paid: ({ amount, planName, invoiceNumber, at, url }) => ({
    subject: `Receipt for invoice ${invoiceNumber}`,
    text: `Thank you. ${amount} for ${planName} was paid on ${at}, invoice ${invoiceNumber}. Your invoices:\n\n${url}`,
  }),
  declined: ({ amount, planName, invoiceNumber, nextTryAt, url }) => ({
    subject: `Your payment for ${planName} was declined`,
    text: `${amount} for ${planName} (invoice ${invoiceNumber}) could not be taken. ${nextTryAt === null ? 'It is not tried again.' : `It is tried again on ${nextTryAt}.`} Another card can be given here:\n\n${url}`,
  }),
}
