export default { schema: 'prisma', migrations: { path: 'prisma/migrations' } }
