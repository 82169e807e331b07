// As the plain page, without the circle at each point: most of that page's cost is drawing these.
import { chartJs } from "./chartjs";
import { serve } from "./drive";

serve(chartJs({ animation: false, elements: { point: { radius: 0 } } }));
