"""Writes the dashboards: python deploy/grafana/make.py [FOLDER]. They are the tables beside it and nothing else."""

import json
import sys
from pathlib import Path

import fleet_board
import machine_board
import workloads_board
from panels import dashboard

BOARDS = {
    "machine.json": dashboard("zeropoint-machine", "Zeropoint: one machine", machine_board.STATS, machine_board.ROWS),
    "workloads.json": dashboard(
        "zeropoint-workloads", "Zeropoint: AI workloads", workloads_board.STATS, workloads_board.ROWS
    ),
    "fleet.json": dashboard("zeropoint-fleet", "Zeropoint: fleet", fleet_board.STATS, fleet_board.ROWS, many=True),
}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, board in BOARDS.items():
        (folder / name).write_text(json.dumps(board, indent=2, ensure_ascii=False) + "\n")
