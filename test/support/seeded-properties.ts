/**
 * Property tests draw the same values in every run, so that a run tells of the change and not of chance. With
 * `PROPERTY_SEED=random` (or a number) they draw others: to search for what nobody thought of, or to repeat a finding.
 */
import fc from 'fast-check';

const SEED = 20_261_121;

const wanted = process.env['PROPERTY_SEED'];
const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted ?? SEED);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
