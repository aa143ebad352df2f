import { testEveryPair } from './every-pair';
import { NO_FLEET } from '../setups';

testEveryPair(NO_FLEET);
