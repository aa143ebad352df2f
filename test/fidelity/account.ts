/** The account and the region that both sides are. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Both sides know such a schedule; what a schedule means is not compared. */
export const ROTATION = {
  lambdaArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:rotation`,
  rules: { AutomaticallyAfterDays: 30 },
};
