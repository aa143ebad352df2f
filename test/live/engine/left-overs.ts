import { LeftOver } from './engine';

/** The kinds of things that the last look looks for, each with the command that deletes one. */
const COMMANDS = {
  'stack': 'aws cloudformation delete-stack --stack-name',
  'user': 'aws iam delete-user --user-name',
  'role': 'aws iam delete-role --role-name',
  'secret': 'aws secretsmanager delete-secret --force-delete-without-recovery --secret-id',
  'function': 'aws lambda delete-function --function-name',
  'log group': 'aws logs delete-log-group --log-group-name',
  'document': 'aws ssm delete-document --name',
  'association': 'aws ssm delete-association --association-id',
  'alarm': 'aws cloudwatch delete-alarms --alarm-names',
} as const;

export type Kind = keyof typeof COMMANDS;

export const leftOver = (kind: Kind) => (name: string): LeftOver => ({ kind, name, command: `${COMMANDS[kind]} ${name}` });

export function leftOverKey(user: string, id: string): LeftOver {
  return { kind: 'access key', name: `${user} ${id}`, command: `aws iam delete-access-key --user-name ${user} --access-key-id ${id}` };
}
