import { checksByHost } from '../../../scripts/testing-host-page.ts';
import { judgeHost, labEnvironment } from '../judge-host.ts';
import { goodHostEnvironment, knownOfGoodHost } from './good-host.ts';
import type { Lab } from './lab.ts';

/**
 * A client of its own that runs the whole script on the host of a lab, so that a test can kill it in mid-run. The lab
 * comes as JSON, what its methods do is not needed here.
 */
const lab = JSON.parse(process.argv[2] ?? '') as Lab;
const checks = Object.fromEntries(checksByHost().map(({ id, check }) => [id, check]));
await judgeHost(lab, checks, labEnvironment(lab, goodHostEnvironment), knownOfGoodHost);
