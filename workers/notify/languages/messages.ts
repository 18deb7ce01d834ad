/** A mail in words; paragraphs are parted by an empty line, and a line that is an address is a link. */
export type Text = { readonly subject: string; readonly text: string }
type Amount = { readonly amount: string; readonly planName: string; readonly invoiceNumber: number; readonly url: string }

/** What is written to members, in one language. Dates and amounts come as they are written in it. */
export type Messages = {
  readonly confirmSignUp: (about: { readonly code: string; readonly until: string }) => Text
  readonly alreadyMember: (about: { readonly url: string }) => Text
  readonly resetPassword: (about: { readonly url: string; readonly until: string }) => Text
  readonly noAccount: (about: { readonly email: string; readonly url: string }) => Text
  readonly passwordChanged: (about: { readonly at: string; readonly url: string }) => Text
  readonly started: (about: { readonly planName: string; readonly at: string; readonly url: string }) => Text
  readonly paid: (about: Amount & { readonly at: string }) => Text
  /** `nextTryAt` is null when it is not tried again. */
  readonly declined: (about: Amount & { readonly nextTryAt: string | null }) => Text
}
