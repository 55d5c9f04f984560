import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // The live tests mostly wait: more of them than there are cores may do so side by side.
    maxWorkers: 3,
  },
});
