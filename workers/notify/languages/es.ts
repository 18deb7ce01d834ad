import type { Messages } from './messages.ts'

export const messages: Messages = {
  confirmSignUp: ({ code, until }) => ({
    subject: 'Tu código para Cinegraph',
    text: `Bienvenido a Cinegraph. Introduce este código donde te has registrado:\n\n${code}\n\nVale hasta el ${until}. Si no has sido tú, no hay que hacer nada: sin el código no se crea ninguna cuenta.`,
  }),
  alreadyMember: ({ url }) => ({
    subject: 'Ya tienes una cuenta en Cinegraph',
    text: `Alguien, probablemente tú, ha querido registrarse con esta dirección. Ya tiene una cuenta, y no se ha cambiado nada. Inicia sesión, o elige otra contraseña si has olvidado la tuya:\n\n${url}`,
  }),
  resetPassword: ({ url, until }) => ({
    subject: 'Elige otra contraseña',
    text: `Alguien, probablemente tú, ha pedido otra contraseña para esta cuenta. Elígela aquí:\n\n${url}\n\nEl enlace vale una vez, hasta el ${until}. Si no has sido tú, no hay que hacer nada: tu contraseña sigue siendo la misma.`,
  }),
  noAccount: ({ email, url }) => ({
    subject: 'No hay ninguna cuenta con esta dirección',
    text: `Alguien, probablemente tú, ha pedido otra contraseña. No hay ninguna cuenta de Cinegraph con la dirección ${email}; quizá te registraste con otra. Aquí puedes registrarte:\n\n${url}`,
  }),
  passwordChanged: ({ at, url }) => ({
    subject: 'Tu contraseña ha cambiado',
    text: `La contraseña de tu cuenta se cambió el ${at}, y se cerró la sesión en los demás dispositivos. Si no has sido tú, elige otra ahora:\n\n${url}`,
  }),
  started: ({ planName, at, url }) => ({
    subject: `Tu plan ${planName} ha comenzado`,
    text: `Bienvenido a Cinegraph.\n\nTu plan ${planName} comenzó el ${at}. Todas las películas están a un toque, en todas tus pantallas:\n\n${url}`,
  }),
  paid: ({ amount, planName, invoiceNumber, at, url }) => ({
    subject: `Recibo de la factura ${invoiceNumber}`,
    text: `Gracias. El ${at} se pagaron ${amount} por ${planName}, factura ${invoiceNumber}. Tus facturas:\n\n${url}`,
  }),
  declined: ({ amount, planName, invoiceNumber, nextTryAt, url }) => ({
    subject: `Tu pago de ${planName} ha sido rechazado`,
    text: `No se han podido cobrar ${amount} por ${planName} (factura ${invoiceNumber}). ${nextTryAt === null ? 'No se intentará de nuevo.' : `Se intentará de nuevo el ${nextTryAt}.`} Aquí puedes indicar otra tarjeta:\n\n${url}`,
  }),
}
