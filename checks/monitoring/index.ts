import { area } from '../../src/model/check.ts';
import alarmOnHealth from './alarm-on-health.ts';
import alertInTime from './alert-in-time.ts';
import alertRoute from './alert-route.ts';
import auditTrail from './audit-trail.ts';
import costLimits from './cost-limits.ts';
import gatewayHealthy from './gateway-healthy.ts';
import killSwitch from './kill-switch.ts';
import logRetention from './log-retention.ts';
import logsArrive from './logs-arrive.ts';
import runawayLimited from './runaway-limited.ts';

export default area({
  title: 'Monitoring',
  why: 'A failure that nobody hears of lasts until a client notices.',
  checks: {
    'gateway-healthy': gatewayHealthy,
    'logs-arrive': logsArrive,
    'log-retention': logRetention,
    'audit-trail': auditTrail,
    'alarm-on-health': alarmOnHealth,
    'alert-route': alertRoute,
    'alert-in-time': alertInTime,
    'cost-limits': costLimits,
    'kill-switch': killSwitch,
    'runaway-limited': runawayLimited,
  },
});
