/** The account and the Region that LocalEmu is. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** LocalEmu lets its holder do everything, as AWS does the person who deploys: what the product's roles may do is what is tested. */
export const ROOT = { accessKeyId: ACCOUNT, secretAccessKey: 'nothing-checks-signatures' };

/** What LocalEmu says for `AWS::URLSuffix`. */
export const DNS_SUFFIX = 'localhost';
