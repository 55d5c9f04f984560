import { type AwsServer, startAwsServer } from '../../src/demo/aws-server.ts';
import { answerListing } from '../../src/demo/listing.ts';
import type { Scenario } from '../../src/demo/scenario.ts';

/** The embedded AWS, which also lists: asked without a name, it answers with all that it knows of an operation. */
export function startListingAws(scenario: Scenario): Promise<AwsServer> {
  return startAwsServer((operation, input) => answerListing(scenario, operation, input));
}
