import { area } from '../../src/model/check.ts';
import botAccounts from './bot-accounts.ts';
import imdsv1Rejected from './imdsv1-rejected.ts';
import imdsv2Required from './imdsv2-required.ts';
import monitoringSecretIsolated from './monitoring-secret-isolated.ts';
import noPlaintextOnDisk from './no-plaintext-on-disk.ts';
import noStaticKeys from './no-static-keys.ts';
import notInEnvironment from './not-in-environment.ts';
import notInLogs from './not-in-logs.ts';
import otherSecretRefused from './other-secret-refused.ts';
import roleLeastPrivilege from './role-least-privilege.ts';
import roleReadsOneSecret from './role-reads-one-secret.ts';
import rotation from './rotation.ts';
import secretInSecretsManager from './secret-in-secrets-manager.ts';

export default area({
  title: 'Credentials',
  why: 'What the agent can read, whoever talks it into something can read.',
  checks: {
    'secret-in-secrets-manager': secretInSecretsManager,
    'role-reads-one-secret': roleReadsOneSecret,
    'role-least-privilege': roleLeastPrivilege,
    'other-secret-refused': otherSecretRefused,
    'no-plaintext-on-disk': noPlaintextOnDisk,
    'not-in-environment': notInEnvironment,
    'imdsv2-required': imdsv2Required,
    'imdsv1-rejected': imdsv1Rejected,
    'bot-accounts': botAccounts,
    'monitoring-secret-isolated': monitoringSecretIsolated,
    rotation,
    'no-static-keys': noStaticKeys,
    'not-in-logs': notInLogs,
  },
});
