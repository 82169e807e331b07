// The elements for other people's pages: `<script type="module" src="BASE/static/zeropoint_elements.js">`.

export { setToken } from "./tokens";
