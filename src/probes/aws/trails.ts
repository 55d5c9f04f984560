import type { AdvancedFieldSelector } from '@aws-sdk/client-cloudtrail';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';

export interface Trail {
  readonly arn: string;
  readonly logging: boolean;
  readonly managementEvents: boolean;
  /** When CloudTrail last put a file into the bucket; undefined if never. */
  readonly delivered: Date | undefined;
  readonly deliveryFails: boolean;
}

/** The trails that record this region: those of the region, and those of all regions wherever they are kept. */
export const trails = awsProbe({
  id: 'aws/trails',
  async gather(aws): Promise<readonly Trail[]> {
    const { trailList } = await aws.read('cloudtrail:DescribeTrails', { includeShadowTrails: true });
    const here = (trailList ?? []).filter((t) => t.IsMultiRegionTrail === true || t.HomeRegion === aws.region);
    return Promise.all(
      here.map(async ({ TrailARN, HasCustomEventSelectors }) => {
        if (!TrailARN) throw new ProbeError('bad_response', 'CloudTrail described a trail without its ARN');
        const [status, managementEvents] = await Promise.all([
          aws.read('cloudtrail:GetTrailStatus', { Name: TrailARN }),
          HasCustomEventSelectors === false ? true : recordsManagement(aws, TrailARN),
        ]);
        return {
          arn: TrailARN,
          logging: status.IsLogging === true,
          managementEvents,
          delivered: status.LatestDeliveryTime,
          deliveryFails: Boolean(status.LatestDeliveryError),
        };
      }),
    );
  },
});

/** Whether a trail with selectors of its own records reads and writes of the control plane. */
async function recordsManagement(aws: AwsPort, TrailName: string): Promise<boolean> {
  const { EventSelectors, AdvancedEventSelectors } = await aws.read('cloudtrail:GetEventSelectors', { TrailName });
  const basic = (EventSelectors ?? []).some(
    ({ IncludeManagementEvents, ReadWriteType }) => IncludeManagementEvents === true && ReadWriteType === 'All',
  );
  const advanced = (AdvancedEventSelectors ?? []).some(({ FieldSelectors }) => {
    const others = (FieldSelectors ?? []).filter(({ Field }) => Field !== 'eventCategory');
    const category = FieldSelectors?.find(({ Field }) => Field === 'eventCategory');
    return category?.Equals?.includes('Management') === true && others.every(isExclusion);
  });
  return basic || advanced;
}

/** Leaving out the chatty sources, which are KMS and the data API of RDS, still records the control plane. */
function isExclusion({ Field, NotEquals, ...more }: AdvancedFieldSelector): boolean {
  const kinds = Object.values(more).filter((value) => value !== undefined);
  const chatty = NotEquals?.every((source) => /^(kms|rdsdata)\./.test(source)) === true;
  return Field === 'eventSource' && chatty && kinds.length === 0;
}
