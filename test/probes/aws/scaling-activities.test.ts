import { describe, expect, it } from 'vitest';
import { type ScalingActivity, scalingActivities } from '../../../src/probes/aws/scaling-activities.ts';

const name = 'openclaw-prod';
const activity = {
  AutoScalingGroupName: name,
  Description: 'Terminating EC2 instance: i-0a1b2c3d4e5f60001',
  Cause:
    'At 2026-03-01T00:00:00Z an instance was taken out of service in response to an ELB system health check failure.',
  StatusCode: 'Successful',
  StartTime: new Date('2026-03-01T00:00:00Z'),
  EndTime: new Date('2026-03-01T00:01:00Z'),
};

function gather(...Activities: object[]): Promise<readonly ScalingActivity[]> {
  const aws = { read: async () => ({ Activities }) };
  const facts = { group: { AutoScalingGroupName: name } };
  return scalingActivities.gather(aws as never, facts as never, {} as never);
}

describe('the cause of a termination', () => {
  it.each([
    ['health', 'taken out of service in response to an ELB system health check failure.'],
    ['health', 'taken out of service in response to a ELB system health check failure.'],
    ['health', 'taken out of service in response to an EC2 health check indicating it has been terminated or stopped.'],
    ['health', 'taken out of service in response to an EC2 instance status checks failure.'],
    ['health', 'taken out of service in response to EC2 instance status checks failure.'],
    ['health', 'taken out of service in response to an EBS volume health check failure.'],
    ['health', 'taken out of service in response to a user health-check.'],
    ['other', 'taken out of service in response to a user request.'],
    [
      'other',
      'taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 2 to 1.',
    ],
    ['other', 'taken out of service in response to an instance refresh.'],
    ['other', 'taken out of service in response to a scheduled action.'],
    ['other', 'selected for termination.'],
    ['other', 'launched in response to an unhealthy instance needing to be replaced.'],
  ])('%s: %s', async (cause, text) => {
    const [found] = await gather({ ...activity, Cause: `At 2026-03-01T00:00:00Z an instance was ${text}` });
    expect(found).toMatchObject({ kind: 'termination', instance: 'i-0a1b2c3d4e5f60001', cause });
  });
});

describe('a scheduled action', () => {
  it.each([
    [true, 'a scheduled action', 'min: 0, max: 2, desired: 0 changing the desired capacity from 1 to 0'],
    [false, 'a scheduled action', 'min: 1, max: 5, desired: 1 changing the desired capacity from 10 to 1'],
    [false, 'a user request', 'min: 0, max: 2, desired: 0 changing the desired capacity from 1 to 0'],
  ])('leaves nothing: %s, by %s to %s', async (toNothing, who, text) => {
    const Cause = `At 2026-03-01T00:00:00Z ${who} update of AutoScalingGroup constraints to ${text}. At 2026-03-01T00:00:20Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 1 to 0.`;
    expect(await gather({ ...activity, Cause })).toMatchObject([{ toNothing }]);
  });
});

describe('the cause of a launch', () => {
  it.each([
    ['health', 'launched in response to an unhealthy instance needing to be replaced.'],
    ['health', 'started in response to an unhealthy instance needing to be replaced.'],
    [
      'other',
      'started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 1.',
    ],
    ['other', 'launched in response to an instance refresh.'],
  ])('%s: %s', async (cause, text) => {
    const Description = 'Launching a new EC2 instance: i-0a1b2c3d4e5f60001';
    const [found] = await gather({
      ...activity,
      Description,
      Cause: `At 2026-03-01T00:00:00Z an instance was ${text}`,
    });
    expect(found).toMatchObject({ kind: 'launch', cause });
  });
});

describe('scaling activities', () => {
  it('are newest first, and only launches and terminations', async () => {
    const older = { ...activity, StartTime: new Date('2026-02-01T00:00:00Z') };
    const found = await gather(older, activity, {
      ...activity,
      Description: 'Moving EC2 instance to Standby: i-0a1b2c3d4e5f60001',
    });
    expect(found.map(({ start }) => start)).toEqual([activity.StartTime, older.StartTime]);
  });

  it('of another group than was asked about are no answer', async () => {
    const other = gather(activity, { ...activity, AutoScalingGroupName: 'another' });
    await expect(other).rejects.toMatchObject({ reason: 'bad_response' });
  });

  it.each(['Description', 'Cause', 'StatusCode', 'StartTime'])('without %s are a bad answer', async (member) => {
    await expect(gather({ ...activity, [member]: undefined })).rejects.toMatchObject({ reason: 'bad_response' });
  });
});
