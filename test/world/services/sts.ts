import { Operation, operation } from './operation';

export class Sts {
  /** Needs no permission, as in AWS. */
  public operations(): Record<string, Operation> {
    return {
      GetCallerIdentity: operation((_request, caller) => ({ UserId: 'AROAWORLD:session', Account: caller.account, Arn: caller.arn })),
    };
  }
}
