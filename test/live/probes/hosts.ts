import { Live } from '../live';
import { Step } from '../steps/step';

/** The Regions that have the SES API, or had it in November 2026. */
const REGIONS = [
  'af-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3',
  'ap-southeast-5', 'ca-central-1', 'ca-west-1', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-west-1', 'eu-west-2', 'eu-west-3',
  'il-central-1', 'me-central-1', 'me-south-1', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-gov-east-1', 'us-gov-west-1', 'us-west-1', 'us-west-2',
];

export const SMTP_HOSTS: Step = {
  name: 'the names of the SMTP endpoints are looked up in DNS',
  run: async live => {
    live.find('smtp-hosts', await known(live, 'email-smtp'));
    live.find('fips-hosts', await known(live, 'email-smtp-fips'));
  },
};

async function known({ engine }: Live, host: string): Promise<string> {
  const found = await Promise.all(REGIONS.map(async region => await engine.resolves(`${host}.${region}.amazonaws.com`) ? [region] : []));
  return found.flat().join(', ') || 'none';
}
