// What the states of components and runs mean for the person who looks.

import type { Component } from "../client/src/contract";
import type { Tone } from "../elements/status";

export const COMPONENT_TONES: Record<Component["status"], Tone> = {
  running: "good",
  idle: "calm",
  stopped: "off",
  failed: "bad",
  absent: "off",
  unknown: "unknown",
};
