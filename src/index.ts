export * from './credential-document';
export * from './credential-format';
export * from './mail-server-fleet';
export * from './mail-server-targets';
export * from './ses-smtp-credential-rotation';
export * from './ses-smtp-credential';
export * from './smtp-endpoint';
export * from './test-message';
