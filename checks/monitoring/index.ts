import { area } from '../../src/model/check.ts';
import agentAnswers from './agent-answers.ts';
import alarmOnHealth from './alarm-on-health.ts';
import alertInTime from './alert-in-time.ts';
import alertRoute from './alert-route.ts';
import auditTrail from './audit-trail.ts';
import costLimits from './cost-limits.ts';
import gatewayHealthy from './gateway-healthy.ts';
import gatewaySelfAudit from './gateway-self-audit.ts';
import killSwitch from './kill-switch.ts';
import logRetention from './log-retention.ts';
import logsArrive from './logs-arrive.ts';
import runawayLimited from './runaway-limited.ts';
import testInteractionLogged from './test-interaction-logged.ts';

export default area({
  title: 'Monitoring',
  why: 'A failure that nobody hears of lasts until a client notices.',
  checks: {
    'gateway-healthy': gatewayHealthy,
    'agent-answers': agentAnswers,
    'logs-arrive': logsArrive,
    'log-retention': logRetention,
    'audit-trail': auditTrail,
    'alarm-on-health': alarmOnHealth,
    'alert-route': alertRoute,
    'alert-in-time': alertInTime,
    'test-interaction-logged': testInteractionLogged,
    'cost-limits': costLimits,
    'kill-switch': killSwitch,
    'runaway-limited': runawayLimited,
    'gateway-self-audit': gatewaySelfAudit,
  },
});
