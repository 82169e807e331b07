// As the plain page, without the circle at each point: drawing these is almost half of that page's cost.
import { chartJs } from "./chartjs";
import { serve } from "./drive";

serve(chartJs({ animation: false, elements: { point: { radius: 0 } } }));
