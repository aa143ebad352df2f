// The bundled function that FUNCTION_MODULE names with one mistake, which shows after a crash only: it takes a
// version that it has begun to hand out for one that every mail server has.
import { pathToFileURL } from 'node:url';

const rotation = await import(pathToFileURL(process.env.FUNCTION_MODULE));

export async function handler(event, context) {
  if (event.Step === 'setSecret' && await wasBegun(event)) return;
  await rotation.handler(event, context);
}

async function wasBegun({ SecretId, ClientRequestToken }) {
  const response = await fetch(process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER, {
    method: 'POST',
    headers: { 'x-amz-target': 'secretsmanager.DescribeSecret', 'authorization': `Credential=${process.env.AWS_ACCESS_KEY_ID}/` },
    body: JSON.stringify({ SecretId }),
  });
  const { VersionIdsToStages } = await response.json();
  return VersionIdsToStages[ClientRequestToken].some(label => label.startsWith('SES_SMTP_DELIVERED_'));
}
