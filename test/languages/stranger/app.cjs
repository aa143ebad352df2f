const cdk = require('aws-cdk-lib');
const events = require('aws-cdk-lib/aws-events');
const kms = require('aws-cdk-lib/aws-kms');
const ses = require('aws-cdk-lib/aws-ses');
const library = require('cdk-ses-smtp-credential-rotation');
const defineMail = require('./define-mail.cjs');

defineMail(cdk, events, kms, ses, library);
