import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/imdsv2-required.ts';
import { judgeFacts } from '../../support/judge.ts';

const options = { State: 'applied', HttpTokens: 'required', HttpPutResponseHopLimit: 1 };
const instance = (more: object = {}) => ({ InstanceId: 'i-1', MetadataOptions: { ...options, ...more } });
const version = (MetadataOptions?: object, next = true, usedBy = ['the group']) => ({
  subject: 'lt-1 version 3',
  usedBy,
  next,
  data: { MetadataOptions },
});
const facts = { instances: [instance()], launchVersions: [version(options)], metadataDefaults: {} };

describe('credentials/imdsv2-required', () => {
  it.each([
    ['all as it should be', {}, 'pass'],
    ['optional tokens', { instances: [instance({ HttpTokens: 'optional' })] }, 'fail'],
    ['one of two instances', { instances: [instance(), instance({ HttpTokens: 'optional' })] }, 'fail'],
    ['pending', { instances: [instance({ State: 'pending' })] }, 'fail'],
    ['hop limit above', { instances: [instance({ HttpPutResponseHopLimit: 2 })] }, 'fail'],
    [
      'hop limit 0, with which nothing gets an answer',
      { instances: [instance({ HttpPutResponseHopLimit: 0 })] },
      'fail',
    ],
    ['hop limit not given', { instances: [instance({ HttpPutResponseHopLimit: undefined })] }, 'fail'],
    ['options not given', { instances: [{ InstanceId: 'i-1' }] }, 'fail'],
    ['the next instance regresses', { launchVersions: [version({ ...options, HttpTokens: 'optional' })] }, 'fail'],
    ['a version that only an old instance uses', { launchVersions: [version({}, false), version(options)] }, 'pass'],
    ['no hop limit in the template', { launchVersions: [version({ HttpTokens: 'required' })] }, 'fail'],
    [
      'no hop limit in the template, its instance got 1',
      { launchVersions: [version({ HttpTokens: 'required' }, true, ['i-1'])] },
      'pass',
    ],
    [
      'no hop limit in the template, one of its instances does not say what it got',
      {
        instances: [instance(), { ...instance({ HttpPutResponseHopLimit: undefined }), InstanceId: 'i-2' }],
        launchVersions: [version({ HttpTokens: 'required' }, true, ['i-1', 'i-2'])],
      },
      'fail',
    ],
    ['no tokens in the template, its instance has them', { launchVersions: [version({}, true, ['i-1'])] }, 'fail'],
    ['unset in the template, unset in the account', { launchVersions: [version()] }, 'fail'],
    [
      'unset in the template, required in the account',
      { launchVersions: [version()], metadataDefaults: options },
      'pass',
    ],
    [
      'unset in the template, no preference in the account',
      { launchVersions: [version()], metadataDefaults: { ...options, HttpTokens: 'no-preference' } },
      'fail',
    ],
    [
      'optional in the template, required in the account',
      {
        launchVersions: [version({ HttpTokens: 'optional', HttpPutResponseHopLimit: 1 })],
        metadataDefaults: options,
      },
      'fail',
    ],
    ['hop limit left to the image', { launchVersions: [version({ HttpTokens: 'required' })] }, 'fail'],
    ['no instance', { instances: [] }, 'undetermined'],
    ['no template', { launchVersions: [] }, 'undetermined'],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(check, { ...facts, ...change }).outcome).toBe(outcome);
  });

  it.each([
    [
      'as its instances got',
      [version({ HttpTokens: 'required' }, true, ['i-1'])],
      'hop limit 1 (as its instances got)',
    ],
    ['of nobody', [version({ HttpTokens: 'required' })], 'tokens required, hop limit not set'],
    ['of its own', [version(options)], 'tokens required, hop limit 1'],
  ])('tells whose hop limit it is: %s', (_, launchVersions, observed) => {
    const { evidence } = judgeFacts(check, { ...facts, launchVersions });
    const seen = evidence.find(({ fact }) => fact === 'launchVersions')?.observed ?? '';
    expect(observed.includes('(') ? seen.endsWith(observed) : seen === observed).toBe(true);
  });

  it('allows as many hops as are declared', () => {
    const change = { instances: [instance({ HttpPutResponseHopLimit: 2 })] };
    expect(judgeFacts(check, { ...facts, ...change }, { 'credentials.hopLimit': 2 }).outcome).toBe('pass');
  });
});
