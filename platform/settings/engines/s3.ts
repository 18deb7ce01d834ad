import { setting, site, text, yesOrNo } from '#platform/settings/setting.ts'

/** Settings of an object store with the API of S3. */
export const s3Settings = {
  s3Endpoint: setting('s3-endpoint', 'S3_ENDPOINT', '', 'object store to use instead of a folder, by the API of S3', site),
  s3Bucket: setting('s3-bucket', 'S3_BUCKET', '', 'bucket there, which must exist', text),
  s3Prefix: setting('s3-prefix', 'S3_PREFIX', '', 'folder of the bucket that all keys lie in (none: the bucket itself)', text),
  s3Region: setting('s3-region', 'S3_REGION', 'us-east-1', 'region of the bucket', text),
  s3AccessKeyId: setting(
    's3-access-key-id',
    'S3_ACCESS_KEY_ID',
    '',
    'access key (none: those of the environment or the role of the machine)',
    text,
  ),
  s3SecretAccessKey: setting('s3-secret-access-key', 'S3_SECRET_ACCESS_KEY', '', 'secret of the access key', text),
  s3PathStyle: setting('s3-path-style', 'S3_PATH_STYLE', false, 'name the bucket in the path, not in the host', yesOrNo),
} as const
