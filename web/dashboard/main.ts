// The page's entry.

import { accessIn, hostIn } from "./access";
import "./dashboard";
import type { ZpDashboard } from "./dashboard";
import "./public-page";
import type { ZpPublic } from "./public-page";
import { applyRememberedTheme } from "./theme-choice";

const access = accessIn(document.documentElement);
const host = hostIn(document.documentElement, location.search);
const theme = applyRememberedTheme();
if ((access.sections ?? []).length > 0) {
  const page = document.createElement("zp-public") as ZpPublic;
  page.sections = access.sections ?? [];
  page.scope = access.scope;
  page.host = host;
  page.theme = theme;
  document.body.append(page);
} else {
  const page = document.createElement("zp-dashboard") as ZpDashboard;
  page.access = access;
  page.host = host;
  page.theme = theme;
  document.body.append(page);
}
