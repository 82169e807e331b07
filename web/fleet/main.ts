// The entry of a hub's page.

import { accessIn } from "../dashboard/access";
import { applyRememberedTheme } from "../dashboard/theme-choice";
import { machineAddressIn } from "./address";
import "./fleet-page";
import type { ZpFleet } from "./fleet-page";

/** #host/NAME is the address of a machine, which has a page of its own. */
function goToMachine(): boolean {
  const address = machineAddressIn(location.hash);
  if (address !== null) location.replace(address);
  return address !== null;
}

if (!goToMachine()) {
  const page = document.createElement("zp-fleet") as ZpFleet;
  page.access = accessIn(document.documentElement);
  page.theme = applyRememberedTheme();
  document.body.append(page);
  addEventListener("hashchange", goToMachine);
}
