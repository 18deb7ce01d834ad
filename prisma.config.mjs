export default { schema: 'prisma/assembled', migrations: { path: 'prisma/migrations' } }
