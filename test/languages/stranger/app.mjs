import * as cdk from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as library from 'cdk-ses-smtp-credential-rotation';
import defineMail from './define-mail.cjs';

export const app = defineMail(cdk, events, kms, ses, library);
