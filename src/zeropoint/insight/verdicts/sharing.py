"""Which workloads are on one GPU at once, by the processes that it tells."""

from collections.abc import Iterator, Mapping, Sequence, Set

from zeropoint.insight.verdicts.gpu_parts import label_of, names_of, parts_of
from zeropoint.insight.verdicts.look import mean
from zeropoint.insight.verdicts.moment import COMPONENT, RUN, Moment
from zeropoint.insight.verdicts.rule import MACHINE, Finding
from zeropoint.insight.verdicts.words import in_percent
from zeropoint.model import Gpu

FEWEST_LOOKS = 6
FULL_PERCENT, HELD_FULL_PERCENT = 85.0, 70.0
# Of the GPU's time, by each of two.
BEGIN_PART_PERCENT, HOLD_PART_PERCENT = 10.0, 5.0


def gpu_sharing(moments: Sequence[Moment], held: Set[str]) -> Iterator[Finding]:
    """A finding for each GPU that is full and that two workloads or more have a good part of."""
    for gpu in moments[-1].gpus if moments else ():
        if len(gpu.processes or ()) < 2:
            continue
        subject = f"gpu {gpu.uuid}"
        is_held = subject in held
        seen = [(one, moment) for moment in moments for one in moment.gpus if one.uuid == gpu.uuid]
        use = mean(one.utilization_percent for one, _ in seen)
        if len(seen) < FEWEST_LOOKS or use is None or use < (HELD_FULL_PERCENT if is_held else FULL_PERCENT):
            continue
        least = HOLD_PART_PERCENT if is_held else BEGIN_PART_PERCENT
        sharing = sorted((one for one in mean_parts(seen).items() if one[1] >= least), key=lambda one: -one[1])
        if len(sharing) < 2:
            continue
        owners = [owner for owner, _ in sharing]
        names = names_of(owners, seen)
        label = label_of(gpu)
        work = next((owner for owner in owners if owner.startswith((RUN, COMPONENT))), MACHINE)
        yield Finding(
            subject=subject,
            called=names[owners.index(work)] if work != MACHINE else label,
            workload=work,
            cause="gpu",
            says=f"{' and '.join(names[:2])} share {label}, which is full",
            evidence=(
                f"{label} is busy {in_percent(use)} of the time (system.gpus.{gpu.uuid}.utilization_percent)",
                *(
                    f"{name} has {in_percent(part)} of its time "
                    f"(system.gpus.{gpu.uuid}.processes.*.utilization_percent)"
                    for name, (_, part) in zip(names, sharing, strict=True)
                ),
            ),
        )


def mean_parts(seen: Sequence[tuple[Gpu, Moment]]) -> Mapping[str, float]:
    """What each has of the GPU's time over the looks, by workload."""
    sums: dict[str, float] = {}
    for gpu, moment in seen:
        for owner, part in parts_of(gpu, moment).items():
            sums[owner] = sums.get(owner, 0.0) + part
    return {owner: total / len(seen) for owner, total in sums.items()}
