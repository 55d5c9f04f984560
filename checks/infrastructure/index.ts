import { area } from '../../src/model/check.ts';
import environmentsSeparate from './environments-separate.ts';
import failureIsReplaced from './failure-is-replaced.ts';
import gatewayVersion from './gateway-version.ts';
import healthCheckIsGateway from './health-check-is-gateway.ts';
import lifecycleHooks from './lifecycle-hooks.ts';
import noInboundRules from './no-inbound-rules.ts';
import noPublicIp from './no-public-ip.ts';
import privateSubnets from './private-subnets.ts';
import runsInAsg from './runs-in-asg.ts';
import sandboxedTools from './sandboxed-tools.ts';
import selfHealingOn from './self-healing-on.ts';
import storageEncrypted from './storage-encrypted.ts';
import zeroDowntimeDeploys from './zero-downtime-deploys.ts';

export default area({
  title: 'Infrastructure',
  why: 'What is not replaced when it fails, or can be reached by anyone, is not ready to run unattended.',
  checks: {
    'runs-in-asg': runsInAsg,
    'private-subnets': privateSubnets,
    'no-public-ip': noPublicIp,
    'no-inbound-rules': noInboundRules,
    'health-check-is-gateway': healthCheckIsGateway,
    'lifecycle-hooks': lifecycleHooks,
    'self-healing-on': selfHealingOn,
    'zero-downtime-deploys': zeroDowntimeDeploys,
    'storage-encrypted': storageEncrypted,
    'failure-is-replaced': failureIsReplaced,
    'environments-separate': environmentsSeparate,
    'sandboxed-tools': sandboxedTools,
    'gateway-version': gatewayVersion,
  },
});
