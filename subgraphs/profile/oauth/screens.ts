import { escapeMarkup } from '#platform/text/escape-markup.ts'

/** NOTE: no `form-action`: browsers hold it against the redirect back to the client too. */
export const screenPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

const style =
  'body{font-family:system-ui;background:#101014;color:#eee;display:grid;place-items:center;min-height:90vh}form,main{display:grid;gap:1rem;width:20rem}label{display:grid;gap:.25rem}input,button{font:inherit;padding:.6rem;border-radius:.4rem;border:1px solid #777}button{background:#e8b04a;color:#111}[role=alert]{color:#ff9a8a}'

export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeMarkup(title)}</title><style>${style}</style>${body}</html>`

/** Where a member signs in for a client. */
export const signInPage = ({ client, action, said }: { readonly client: string; readonly action: string; readonly said: string }): string =>
  page(
    'Sign in',
    `<form method="post" action="${escapeMarkup(action)}"><h1>Sign in</h1><p>to go on to ${escapeMarkup(client)}</p>
<label>E-mail address<input name="email" type="email" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<p role="alert">${escapeMarkup(said)}</p><button>Sign in</button></form>`,
  )

/** NOTE: the provider's forms have no buttons, and handlers that the policy forbids. */
const withButton = (form: string, button: string): string =>
  form
    .replaceAll(/ onfocus="[^"]*"/g, '')
    .replace('<form ', '<form class="code" ')
    .replace('</form>', `${button}</form>`)

/** Where a member enters the code that a television shows. */
export const codePage = (form: string, said: string): string =>
  page(
    'Sign in a television',
    `<main><h1>Sign in a television</h1><p>Enter the code that it shows.</p><p role="alert">${escapeMarkup(said)}</p>${withButton(form, '<button>Go on</button>').replace('placeholder=', 'aria-label="Code" placeholder=')}</main>`,
  )

/** Where a member says that the code is the one on the television. */
export const confirmPage = (form: string, { client, code }: { readonly client: string; readonly code: string }): string =>
  page(
    'Sign in a television',
    `<main><h1>Sign in a television</h1><p>${escapeMarkup(client)} is let into your account, if it shows this code:</p><p><strong>${escapeMarkup(code)}</strong></p>${withButton(form, '<button>It does: go on</button><button name="abort" value="yes">It does not</button>')}</main>`,
  )

export const letInPage = page(
  'Signed in',
  '<main><h1>Signed in</h1><p>The television goes on by itself. This page can be closed.</p></main>',
)

export const errorPage = (why: string): string =>
  page(
    'Not possible',
    `<main><h1>This is not possible</h1><p role="alert">${escapeMarkup(why)}</p><p>Begin again where you came from.</p></main>`,
  )
