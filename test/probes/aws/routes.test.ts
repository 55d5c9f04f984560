import { describe, expect, it } from 'vitest';
import { type EffectiveRoutes, routes, routeTables } from '../../../src/probes/aws/routes.ts';

const account = '123456789012';
const table = (vpc: string, target: string) => ({
  RouteTableId: `rtb of ${vpc}`,
  VpcId: vpc,
  OwnerId: account,
  Associations: [{ Main: true }],
  Routes: [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: target }],
});

interface Input {
  readonly Filters: readonly { readonly Name: string; readonly Values: readonly string[] }[];
}

function gather(tables: readonly ReturnType<typeof table>[], instances: object[], subnets: object[]) {
  const asked: Input['Filters'][number][] = [];
  const aws = {
    account,
    read: async (_: string, { Filters: [filter] }: Input) => {
      if (!filter) throw new Error('asked without a filter');
      asked.push(filter);
      return { RouteTables: filter.Name === 'vpc-id' ? tables.filter((t) => filter.Values.includes(t.VpcId)) : [] };
    },
  };
  const gathered = async () => {
    const known = await routeTables.gather(aws as never, { instances } as never, {} as never);
    return routes.gather(aws as never, { routeTables: known, subnets } as never, {} as never);
  };
  return { asked, found: gathered() as Promise<readonly EffectiveRoutes[]> };
}

describe('the route tables', () => {
  const tables = [table('vpc-1', 'nat-1'), table('vpc-2', 'igw-2')];
  const leads = async (found: Promise<readonly EffectiveRoutes[]>) =>
    (await found).map(({ subnet, routes }) => [subnet, routes[0]?.target]);

  it('of the VPCs of the instances are asked for once', async () => {
    const { asked, found } = gather(tables, [{ VpcId: 'vpc-1' }], [{ id: 'subnet-1', vpc: 'vpc-1' }]);
    expect(await leads(found)).toEqual([['subnet-1', 'nat-1']]);
    expect(asked.filter(({ Name }) => Name === 'vpc-id')).toEqual([{ Name: 'vpc-id', Values: ['vpc-1'] }]);
  });

  it.each<[string, object[]]>([
    ['another VPC than the instances', [{ VpcId: 'vpc-1' }]],
    ['a VPC that no instance was described with', [{}]],
  ])('of a subnet in %s are asked for too', async (_, instances) => {
    const subnets = [
      { id: 'subnet-1', vpc: 'vpc-1' },
      { id: 'subnet-2', vpc: 'vpc-2' },
    ];
    expect(await leads(gather(tables, instances, subnets).found)).toEqual([
      ['subnet-1', 'nat-1'],
      ['subnet-2', 'igw-2'],
    ]);
  });

  it('are no answer where the VPC of a subnet has none', async () => {
    const { found } = gather([], [{ VpcId: 'vpc-1' }], [{ id: 'subnet-1', vpc: 'vpc-1' }]);
    await expect(found).rejects.toMatchObject({ reason: 'bad_response' });
  });
});
