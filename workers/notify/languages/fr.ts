import type { Messages } from './messages.ts'

export const messages: Messages = {
  confirmSignUp: ({ code, until }) => ({
    subject: 'Votre code pour Cinegraph',
    text: `Bienvenue chez Cinegraph. Saisissez ce code là où vous vous êtes inscrit :\n\n${code}\n\nIl est valable jusqu’au ${until}. Si ce n’était pas vous, il n’y a rien à faire : sans ce code, aucun compte n’est créé.`,
  }),
  alreadyMember: ({ url }) => ({
    subject: 'Vous avez déjà un compte Cinegraph',
    text: `Quelqu’un, sans doute vous, a voulu s’inscrire avec cette adresse. Elle a déjà un compte, et rien n’a été modifié. Connectez-vous, ou choisissez un autre mot de passe si vous avez oublié le vôtre :\n\n${url}`,
  }),
  resetPassword: ({ url, until }) => ({
    subject: 'Choisir un autre mot de passe',
    text: `Quelqu’un, sans doute vous, a demandé un autre mot de passe pour ce compte. Choisissez-le ici :\n\n${url}\n\nLe lien fonctionne une seule fois, jusqu’au ${until}. Si ce n’était pas vous, il n’y a rien à faire : votre mot de passe reste le même.`,
  }),
  noAccount: ({ email, url }) => ({
    subject: 'Aucun compte n’a cette adresse',
    text: `Quelqu’un, sans doute vous, a demandé un autre mot de passe. Aucun compte Cinegraph n’a l’adresse ${email} ; vous vous êtes peut-être inscrit avec une autre. Vous pouvez vous inscrire ici :\n\n${url}`,
  }),
  passwordChanged: ({ at, url }) => ({
    subject: 'Votre mot de passe a été modifié',
    text: `Le mot de passe de votre compte a été modifié le ${at}, et les autres appareils ont été déconnectés. Si ce n’était pas vous, choisissez-en un autre maintenant :\n\n${url}`,
  }),
  started: ({ planName, at, url }) => ({
    subject: `Votre abonnement ${planName} a commencé`,
    text: `Bienvenue chez Cinegraph.\n\nVotre abonnement ${planName} a commencé le ${at}. Chaque film est à portée de main, sur tous vos écrans :\n\n${url}`,
  }),
  paid: ({ amount, planName, invoiceNumber, at, url }) => ({
    subject: `Reçu de la facture ${invoiceNumber}`,
    text: `Merci. ${amount} pour ${planName} ont été payés le ${at}, facture ${invoiceNumber}. Vos factures :\n\n${url}`,
  }),
  declined: ({ amount, planName, invoiceNumber, nextTryAt, url }) => ({
    subject: `Votre paiement pour ${planName} a été refusé`,
    text: `${amount} pour ${planName} (facture ${invoiceNumber}) n’ont pas pu être prélevés. ${nextTryAt === null ? 'Il n’y aura pas d’autre essai.' : `Un autre essai aura lieu le ${nextTryAt}.`} Vous pouvez indiquer une autre carte ici :\n\n${url}`,
  }),
}
