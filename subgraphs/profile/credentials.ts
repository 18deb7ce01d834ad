import type { Account, NewAccount, Profile } from './store.ts'

export type PendingSignUp = Pick<NewAccount, 'passwordHash'> &
  Pick<Account, 'email'> & {
    readonly profile: Omit<Profile, 'accountId'>
    readonly planId: string | null
    readonly paymentMethod: string | null
    readonly country: string
  }
/** What a mail holds, and the hash by which it is known again. */
type Mailed = { readonly id: string; readonly secret: string; readonly now: Date; readonly expiresAt: Date }
export type MailedCode = Mailed & { readonly codeHash: string }
export type MailedLink = Mailed & Pick<Account, 'email'>
/** Sessions that end with a password: those of the account but one; their access tokens are refused until `tokensUntil`. */
export type PasswordChange = {
  readonly passwordHash: string
  readonly exceptSession: string
  readonly now: Date
  readonly tokensUntil: Date
}

/**
 * Sign-ups that are not confirmed yet, and passwords. Whether an address has an account changes neither what is written nor how much,
 * only what the mail says.
 */
export type CredentialStore = {
  /** Keeps a sign-up and mails its code; to an address that has an account it mails that it has one. */
  readonly beginSignUp: (signUp: PendingSignUp, mailed: MailedCode) => Promise<void>
  /** Makes the account of a sign-up, and forgets the sign-up, when the code is right. Counts as a try. Throws EMAIL_TAKEN. */
  readonly endSignUp: (
    shown: { readonly id: string; readonly codeHash: string; readonly now: Date },
    accountId: string,
  ) => Promise<PendingSignUp | 'wrong' | 'over'>
  /** Mails a link to an address; one that has no account is told so. */
  readonly beginReset: (mailed: MailedLink) => Promise<void>
  /** Sets the password of a link's account, once, and ends its sessions. Gives how many; null when the link works no more. */
  readonly reset: (id: string, change: Omit<PasswordChange, 'exceptSession'>) => Promise<number | null>
  /** Gives how many sessions ended; null when the account is gone. */
  readonly changePassword: (accountId: string, change: PasswordChange) => Promise<number | null>
}
