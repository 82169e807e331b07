// The page's entry.

import "./dashboard";
import type { ZpDashboard } from "./dashboard";
import { applyRememberedTheme } from "./theme-choice";

const page = document.createElement("zp-dashboard") as ZpDashboard;
page.theme = applyRememberedTheme();
document.body.append(page);
