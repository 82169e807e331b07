// The elements for other people's pages: `<script type="module" src="BASE/static/zeropoint_elements.js">`.

import "./chart";
import "./status";
import "./value";

export { setToken } from "./tokens";
