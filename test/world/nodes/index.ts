export * from './behaviours';
export * from './managed-node';
export * from './node';
export * from './script-node';
export * from './simulated-node';
export * from './smtp-credential';
