import { chartJs } from "./chartjs";
import { serve } from "./drive";

serve(chartJs({ animation: false }));
