"""Who uses the machine: its totals, split over workloads by what the kernel tells of each process."""
