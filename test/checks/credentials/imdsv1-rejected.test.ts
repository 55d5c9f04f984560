import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/imdsv1-rejected.ts';
import { judgeFacts } from '../../support/judge.ts';

const answer = (status: number, exit = 0) => ({ status, exit });
const rejected = {
  withoutToken: answer(401),
  token: answer(200),
  withToken: answer(200),
  withoutTokenV6: answer(0, 7),
};
const judgement = (changes: object) => judgeFacts(check, { metadata: { ...rejected, ...changes } });
const judged = (changes: object) => judgement(changes).outcome;

describe('imdsv1-rejected', () => {
  it.each([
    ['IPv6 is off', {}],
    ['IPv6 does not answer', { withoutTokenV6: answer(0, 28) }],
    ['IPv6 rejects too', { withoutTokenV6: answer(401) }],
    ['IPv6 is switched off in the metadata options', { withoutTokenV6: answer(403) }],
  ])('passes on 401 beside a token that works, when %s', (_, changes) => {
    expect(judged(changes)).toBe('pass');
  });

  it.each([
    ['IPv4 serves it', { withoutToken: answer(200) }],
    ['IPv4 redirects', { withoutToken: answer(302) }],
    ['only IPv6 serves it', { withoutTokenV6: answer(200) }],
    ['it is served and the token fails', { withoutToken: answer(200), token: answer(403), withToken: answer(0, 22) }],
  ])('fails when %s', (_, changes) => {
    expect(judged(changes)).toBe('fail');
  });

  it.each([
    ['it is off (403)', { withoutToken: answer(403), token: answer(403), withToken: answer(403) }],
    ['a proxy answers 401 and gives no token', { token: answer(401), withToken: answer(401) }],
    ['nothing answers', { withoutToken: answer(0, 28), token: answer(0, 28), withToken: answer(0, 22) }],
    ['there is no route', { withoutToken: answer(0, 7) }],
    ['it is in trouble', { withoutToken: answer(503) }],
    ['401 was cut off', { withoutToken: answer(401, 18) }],
    ['the token does not help', { withToken: answer(401) }],
    ['the token request was cut off', { token: answer(200, 28) }],
    ['curl could not try IPv6', { withoutTokenV6: answer(0, 4) }],
    ['IPv6 is in trouble', { withoutTokenV6: answer(500) }],
    ['IPv6 is in trouble, and did not end in time', { withoutTokenV6: answer(500, 28) }],
    ['it takes the question for a wrong one', { withoutToken: answer(400) }],
  ])('is unknown when %s, and shows what was seen', (_, changes) => {
    expect(judged(changes)).toBe('undetermined');
    expect(judgement(changes).evidence).not.toEqual([]);
  });

  it.each([
    [answer(0, 28), 'no answer in time'],
    [answer(0, 7), 'could not connect'],
    [answer(401), 'status 401'],
  ])('tells what IPv6 answered: %j', (withoutTokenV6, observed) => {
    expect(judgement({ withoutTokenV6 }).evidence[1]).toMatchObject({ observed });
  });
});
