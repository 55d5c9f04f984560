const tickMs = 50;

/**
 * Milliseconds in which this process ran or waited for nothing but itself: that a machine is busy with other work makes
 * no run a hang.
 */
export function ownTime(): { stop: () => number } {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, tickMs);
  const before = process.cpuUsage();
  return {
    stop() {
      clearInterval(timer);
      const { user, system } = process.cpuUsage(before);
      // While it computes it does not tick.
      return Math.max(ticks * tickMs, (user + system) / 1000);
    },
  };
}
