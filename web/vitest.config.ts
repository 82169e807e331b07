import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["*.test.mjs", "client/test/**/*.test.ts", "elements/**/*.test.ts", "dashboard/**/*.test.ts", "fleet/**/*.test.ts"] },
});
