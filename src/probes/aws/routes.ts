import type { Route as AwsRoute, RouteTable } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand, demandOwner, distinct } from './demand.ts';
import { instances } from './instances.ts';
import { subnets } from './subnets.ts';

export interface Route {
  /** CIDR range or prefix list. */
  readonly destination: string;
  readonly ipv6: boolean;
  /** Id of the gateway, interface, connection … that it leads to. */
  readonly target: string;
}

export interface EffectiveRoutes {
  readonly subnet: string;
  readonly table: string;
  /** How the table is bound: named for the subnet, or the main table of the VPC because none is. */
  readonly by: 'association' | 'main';
  readonly routes: readonly Route[];
}

/** Every route table of the VPCs of the group's instances. */
export const routeTables = awsProbe({
  id: 'aws/route-tables',
  needs: { instances },
  async gather(aws, { instances }) {
    const vpcs = distinct(instances.map(({ VpcId }) => VpcId));
    return { vpcs, tables: await tablesOf(aws, vpcs) };
  },
});

/** The routes that are in force for each subnet: its own table or, failing that, the main table of its VPC. */
export const routes = awsProbe({
  id: 'aws/routes',
  needs: { routeTables, subnets },
  async gather(aws, { routeTables, subnets }): Promise<readonly EffectiveRoutes[]> {
    const others = distinct(subnets.map(({ vpc }) => vpc)).filter((vpc) => !routeTables.vpcs.includes(vpc));
    const tables = [...routeTables.tables, ...(await tablesOf(aws, others))];
    await demandNoTableOf(
      aws,
      subnets.map(({ id }) => id).filter((id) => !tables.some((t) => isNamed(t, id))),
    );
    return subnets.map(({ id, vpc }) => {
      const inVpc = tables.filter((t) => t.VpcId === vpc);
      const named = inVpc.filter((t) => isNamed(t, id));
      const main = inVpc.filter((t) => associationsOf(t).some((a) => a.Main === true));
      const [table, ...others] = named.length > 0 ? named : main;
      if (!table || others.length > 0) {
        throw new ProbeError('bad_response', `which route table is in force for ${id} was not answered`);
      }
      const tableId = demand(table.RouteTableId, 'the id of a route table');
      demandOwner(aws.account, table.OwnerId, `the route table ${tableId}`);
      return {
        subnet: id,
        table: tableId,
        by: named.length > 0 ? 'association' : 'main',
        routes: demand(table.Routes, `the routes of ${tableId}`).map((route) => normalise(route, tableId)),
      };
    });
  },
});

async function tablesOf(aws: AwsPort, vpcs: readonly string[]): Promise<readonly RouteTable[]> {
  if (vpcs.length === 0) return [];
  const { RouteTables } = await aws.read('ec2:DescribeRouteTables', {
    Filters: [{ Name: 'vpc-id', Values: [...vpcs] }],
  });
  return RouteTables ?? [];
}

/**
 * The main table is in force for a subnet only because no other is, and a list that was cut short may lack that other:
 * EC2 is asked for the tables of those subnets alone.
 */
async function demandNoTableOf(aws: AwsPort, subnets: readonly string[]): Promise<void> {
  if (subnets.length === 0) return;
  const { RouteTables } = await aws.read('ec2:DescribeRouteTables', {
    Filters: [{ Name: 'association.subnet-id', Values: [...subnets] }],
  });
  if ((RouteTables ?? []).some((table) => subnets.some((id) => isNamed(table, id)))) {
    throw new ProbeError('truncated', 'EC2 did not list every route table of the VPC');
  }
}

function isNamed(table: RouteTable, subnet: string): boolean {
  return associationsOf(table).some(({ SubnetId }) => SubnetId === subnet);
}

/** An association that is going away still counts until it is gone; one that is gone does not. */
function associationsOf(table: RouteTable) {
  return demand(table.Associations, 'the associations of a route table').filter(
    ({ AssociationState }) => !/^(disassociated|failed)$/.test(AssociationState?.State ?? ''),
  );
}

function normalise(route: AwsRoute, table: string): Route {
  const destination = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId;
  const target =
    route.GatewayId ??
    route.EgressOnlyInternetGatewayId ??
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.VpcPeeringConnectionId ??
    route.CoreNetworkArn ??
    route.OdbNetworkArn ??
    route.NetworkInterfaceId ??
    route.InstanceId;
  return {
    destination: demand(destination, `where a route of ${table} is for`),
    ipv6: route.DestinationIpv6CidrBlock !== undefined,
    target: demand(target, `where a route of ${table} leads`),
  };
}
