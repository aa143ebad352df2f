import { testEveryPair } from './every-pair';
import { TWO_FLEETS } from '../setups';

testEveryPair(TWO_FLEETS);
