import { testEveryPair } from './every-pair';
import { ONE_FLEET } from '../setups';

testEveryPair(ONE_FLEET);
