"""A walk below a folder of artifacts: bounded, and cheap when nothing changes.

A pass takes at most its budget and the next one goes on where it stopped. A round is one visit to every folder, those
first that changed last, so that what lies beyond a limit is what has been left alone for longest. A folder is listed
again when its own time of change has moved (an entry came or went), and once in a while, because what is written into a
file in place leaves no trace in the folder. The newest files, where that matters, are looked at in every pass.

Where thousands of folders have been left alone for good, rounds are rare, and begin when one of the few folders has
changed in which that may be: those that hold folders, and those that stir.
"""

import errno
import heapq
import itertools
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from zeropoint.ai.artifacts import (
    NEWEST_A_FOLDER,
    NOT_SUPPORTED,
    SUPPORTED,
    Folder,
    Found,
    Listing,
    Seen,
    Verdict,
    in_words,
    is_link,
    open_file,
    open_folder,
    rank,
    signature,
)
from zeropoint.texts import clean

# A folder that changed less than this before it was listed may change again within the same tick of the file
# system's clock (2 s on FAT), unseen.
CLOCK_GRAIN_SECONDS = 2.0
ENTRIES_A_STEP = 64
NEWEST_IN_ALL = 8
# What a round costs is paid at most once in so many times as long: a quarter of a percent of a core. To look whether
# folders have changed, the part of it that comes again and again, may cost a 20,000th, unless that would make rounds
# rarer than one a minute.
ROUND_DUTY, QUIET_DUTY, QUIET_SECONDS = 400, 20_000, 60.0
# Folders that have not changed are listed again for what is written in place: a 20,000th, too.
LIST_AGAIN_SECONDS, LIST_AGAIN_DUTY = 60.0, 20_000
FOLDERS_A_STEP = 64


def changed_at(name: str, descriptor: int) -> int | None:
    """When the folder of this name in the folder changed, in nanoseconds since 1970; None where that is not told."""
    try:
        return os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mtime_ns
    except OSError:  # to look at it takes another right than to list its name
        return None


class Limits(Struct, frozen=True):
    entries: int = 1_000_000
    folders: int = 10_000
    depth: int = 16
    # Time of a pass: until the first round is complete, and later.
    first_seconds: float = 0.2
    later_seconds: float = 0.02


class Tree:
    """The files below ROOT/START, counted by kind.

    `kind_of` tells from a file's folder (below START) and name as what it would count, None for a file of no interest;
    `check`, where given, looks into it, once for each inode, time and size, or in each round until it has decided.
    `depth` is how deep the layout goes, None if it may be anything: then folders beyond the limit are told.
    `newest_kept` is how many of each kind are known one by one, of a folder; of all folders it is that many, and eight
    at least. `round_seconds` is how long a round is put off to be cheap.

    `stirring`, where given, tells in which folders something may change: these are looked at in each pass, and those
    that hold folders, are empty, or were listed while they changed. Of the newest files only those in stirring folders
    are, then.
    """

    def __init__(
        self,
        root: str,
        start: Folder,
        kind_of: Callable[[Folder, str], str | None],
        *,
        check: Callable[[Found, str], Verdict] | None = None,
        depth: int | None = None,
        newest_kept: int = NEWEST_A_FOLDER,
        round_seconds: float = QUIET_SECONDS,
        stirring: Callable[[], Collection[Folder]] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._root = root
        self._start = start
        self._kind_of = kind_of
        self._check = check
        self._depth = depth
        self._newest_kept = newest_kept
        self._round_seconds = round_seconds
        self._stirring = stirring
        # The folders that are looked at in each pass beside those that stir, and when that may be.
        self._restless: list[Folder] = []
        self._stir_at = 0.0
        self._limits = limits or Limits()
        self._listings: dict[Folder, Listing] = {}
        self._round: Generator[None] | None = None
        self._spent_seconds = self._listing_seconds = 0.0
        self._pass_start = 0.0
        self._next_round_at = 0.0
        self._now = self._wall = 0.0
        self._so_far = self._version = 0
        self._list_again_seconds = LIST_AGAIN_SECONDS
        self._too_deep = self._too_many = 0
        self._complete = False
        self._has_changed = True
        self.counts: Counter[str] = Counter()
        self.newest: dict[str, list[Seen]] = {}
        self.shortfall: str | None = "not looked at yet" if SUPPORTED else NOT_SUPPORTED
        self.left_out: str | None = None

    @property
    def resting(self) -> bool:
        """Whether no round is under way, so that what is known of folders is of one round."""
        return self._round is None

    def hurry(self) -> None:
        """Has the next round begin with the next look."""
        self._next_round_at = 0.0

    @property
    def exists(self) -> bool:
        """Whether there is such a folder, as far as it was looked at."""
        return () in self._listings

    @property
    def fingerprint(self) -> object:
        """Another one when a file or folder was seen to change."""
        return self._version

    def holds(self, folder: Folder, kind: str) -> bool:
        listing = self._listings.get(folder)
        return listing is not None and listing.counts[kind] > 0

    def folders(self, kind: str) -> Iterator[Folder]:
        """The folders that hold files of this kind."""
        return (folder for folder, listing in self._listings.items() if listing.counts[kind])

    def look(self, now: float, wall: float) -> None:
        """One pass. `now` is the monotonic clock, `wall` the time that the files' times are held against."""
        if not SUPPORTED:
            return
        self._now, self._wall = now, wall
        self._look_at_newest()
        if self._round is None and (now >= self._next_round_at or self._has_stirred()):
            self._round, self._so_far = self._walk(), 0
            self._spent_seconds = self._listing_seconds = 0.0
        if self._round is None:
            return
        began, self._pass_start = time.perf_counter(), time.thread_time()
        budget = self._limits.later_seconds if self._complete else self._limits.first_seconds
        for _ in self._round:
            if time.perf_counter() - began >= budget:
                break
        else:
            self._round = None
        self._spent_seconds += time.thread_time() - self._pass_start
        if self._round is None:
            self._complete = True
            quiet_seconds = self._spent_seconds - self._listing_seconds
            self._stir_at = now + ROUND_DUTY * self._spent_seconds
            self._next_round_at = max(self._stir_at, now + min(QUIET_DUTY * quiet_seconds, self._round_seconds))
            if self._has_changed:
                self._sum_up()
        elif not self._complete:
            self.shortfall = f"still being counted: {self._so_far:,} entries so far"

    @contextmanager
    def opened(self, seen: Seen) -> Iterator[int]:
        """A descriptor of the file. Raises OSError."""
        folder = open_folder(self._root, self._start + seen.folder)
        try:
            descriptor = open_file(folder, seen.name)
        finally:
            os.close(folder)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _spent(self) -> float:
        """CPU time that this round has taken."""
        return self._spent_seconds + time.thread_time() - self._pass_start

    def _walk(self) -> Generator[None]:
        listings: dict[Folder, Listing] = {}
        # A heap, by the time of the last change; beside each folder that time, where it is known.
        pending: list[tuple[int, Folder, int | None]] = [(0, (), None)]
        self._has_changed = not self._complete
        self._too_deep = self._too_many = 0
        deepest = self._limits.depth if self._depth is None else self._depth
        while pending:
            if len(listings) >= self._limits.folders:
                self._too_many = len(pending)
                break
            _, folder, changed_ns = heapq.heappop(pending)
            known = self._listings.get(folder)
            if known and not known.folders and self._holds_still(known, changed_ns):
                listings[folder] = known
                self._so_far += known.entries
                if len(listings) % FOLDERS_A_STEP == 0:
                    yield
                continue
            listing = yield from self._visit(folder, known)
            if listing is None:
                continue
            listings[folder] = listing
            self._has_changed |= listing is not known
            if len(folder) < deepest:
                for name, changed_ns in listing.folders.items():
                    heapq.heappush(pending, (-rank(changed_ns or 0, self._wall), (*folder, name), changed_ns))
            elif self._depth is None:
                self._too_deep += len(listing.folders)
            yield
        self._has_changed |= len(listings) != len(self._listings)
        self._listings = listings
        if self._stirring is not None:
            self._restless = [
                folder
                for folder, listing in listings.items()
                if listing.folders or not (listing.settled and listing.entries)
            ]

    def _has_stirred(self) -> bool:
        """Whether one of the folders in which that may be has changed since it was listed."""
        if self._stirring is None or self._now < self._stir_at:
            return False
        began = time.thread_time()
        stirred = any(map(self._may_have_changed, itertools.chain(self._restless, self._stirring())))
        self._stir_at = self._now + ROUND_DUTY * (time.thread_time() - began)
        return stirred

    def _may_have_changed(self, folder: Folder) -> bool:
        known = self._listings.get(folder)
        if known is None:
            return False
        try:
            changed_ns = os.lstat("/".join((self._root, *self._start, *folder))).st_mtime_ns
        except OSError:
            return True
        return changed_ns != known.changed_ns or not known.settled

    def _holds_still(self, known: Listing, changed_ns: int | None) -> bool:
        """Whether what is known of a folder, whose time of change this is, need not be listed again."""
        return (
            known.settled and known.changed_ns == changed_ns and self._now < known.listed_at + self._list_again_seconds
        )

    def _visit(self, folder: Folder, known: Listing | None) -> Generator[None, None, Listing | None]:
        """The folder's listing, the known one if nothing has changed; None if there is no folder."""
        try:
            descriptor = open_folder(self._root, self._start + folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ENOTDIR and not is_link(self._root, self._start + folder):
                return None  # a file by that name
            listing = Listing()
            listing.problem = in_words(error, "/".join(self._start + folder))
            return listing
        listing = Listing(self._newest_kept)
        try:
            changed_ns = os.fstat(descriptor).st_mtime_ns
            if known and self._holds_still(known, changed_ns):
                self._so_far += known.entries
                yield from self._look_at_folders(known, descriptor)
                return known
            listing.changed_ns = changed_ns
            spent_before = self._spent()
            yield from self._list(folder, descriptor, listing, known)
            listing.settled = self._wall - changed_ns / 1e9 > CLOCK_GRAIN_SECONDS and not listing.undecided
            listing.listed_at, listing.cost_seconds = self._now, self._spent() - spent_before
            self._listing_seconds += listing.cost_seconds
        except OSError as error:
            listing.problem = in_words(error, "/".join(self._start + folder))
        finally:
            os.close(descriptor)
        return listing

    def _look_at_folders(self, known: Listing, descriptor: int) -> Generator[None]:
        """To open each folder in it, one below the other, would cost ten times as much."""
        for number, name in enumerate(known.folders, 1):
            known.folders[name] = changed_at(name, descriptor)
            if number % FOLDERS_A_STEP == 0:
                yield

    def _list(self, folder: Folder, descriptor: int, listing: Listing, known: Listing | None) -> Generator[None]:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                if self._so_far >= self._limits.entries:
                    listing.cut = True
                    return
                self._so_far += 1
                listing.entries += 1
                if listing.entries % ENTRIES_A_STEP == 0:
                    yield
                if entry.name.startswith("."):
                    continue
                try:
                    looked_into = self._add(entry, folder, descriptor, listing, known)
                except OSError:  # it went away meanwhile
                    continue
                if looked_into:
                    yield

    def _add(
        self,
        entry: os.DirEntry[str],
        folder: Folder,
        descriptor: int,
        listing: Listing,
        known: Listing | None,
    ) -> bool:
        """Adds one entry; tells whether a file was looked into for it."""
        # In a folder that is ours alone in part, what has another's name is not of interest.
        ours = self._depth is None or self._kind_of(folder, entry.name) is not None
        if entry.is_symlink():
            listing.links += ours
        elif entry.is_dir(follow_symlinks=False):
            listing.folders[entry.name] = changed_at(entry.name, descriptor)
        elif not entry.is_file(follow_symlinks=False):
            listing.specials += ours
        elif kind := self._kind_of(folder, entry.name):
            found = Found(folder, entry.name, descriptor, entry.stat(follow_symlinks=False))
            if self._check is None:
                listing.add(found, Verdict(kind), self._wall)
                return False
            verdict = known.verdict_of(found) if known else None
            looked_into = verdict is None
            verdict = verdict or self._check(found, kind)
            listing.keep(found, verdict)
            listing.add(found, verdict, self._wall)
            return looked_into
        return False

    def _look_at_newest(self) -> None:
        """Notices what is written in place into the newest files of each kind."""
        by_folder: dict[Folder, list[Seen]] = {}
        stirring = None if self._stirring is None else self._stirring()
        for seen in (seen for newest in self.newest.values() for seen in newest):
            if stirring is None or seen.folder in stirring:
                by_folder.setdefault(seen.folder, []).append(seen)
        for folder, files in by_folder.items():
            try:
                descriptor = open_folder(self._root, self._start + folder)
            except OSError:
                continue  # the next round tells
            try:
                for seen in files:
                    self._look_again(seen, descriptor)
            finally:
                os.close(descriptor)

    def _look_again(self, seen: Seen, descriptor: int) -> None:
        try:
            status = os.stat(seen.name, dir_fd=descriptor, follow_symlinks=False)
        except OSError:
            return
        if signature(status) == seen.signature or not stat.S_ISREG(status.st_mode):
            return
        if self._check is not None:
            found = Found(seen.folder, seen.name, descriptor, status)
            verdict = self._check(found, self._kind_of(seen.folder, seen.name) or "")
            self._listings[seen.folder].keep(found, verdict)
            if not verdict.is_final:
                self._listings[seen.folder].settled = False
            if verdict.kind != seen.kind:  # it is counted otherwise now: have its folder listed again, at once
                self._listings[seen.folder].settled = False
                self._next_round_at = 0.0
                self._version += 1
                return
            seen.why = verdict.why
        seen.renew(status)
        self._version += 1

    def _sum_up(self) -> None:
        listings = self._listings.values()
        self._version += 1
        cost_seconds = sum(listing.cost_seconds for listing in listings)
        self._list_again_seconds = max(LIST_AGAIN_SECONDS, LIST_AGAIN_DUTY * cost_seconds)
        self.counts = sum((listing.counts for listing in listings), Counter())
        kinds = {kind for listing in listings for kind in listing.newest}
        self.newest = {
            kind: heapq.nlargest(
                max(NEWEST_IN_ALL, self._newest_kept),
                (seen for listing in listings for seen in listing.newest.get(kind, ())),
                key=lambda seen: rank(seen.mtime_ns, self._wall),
            )
            for kind in kinds
        }
        problems = [listing.problem for listing in listings if listing.problem]
        reasons = problems[:1]
        if len(problems) > 1:
            reasons.append(f"{len(problems) - 1:,} more folders cannot be read")
        if any(listing.cut for listing in listings):
            reasons.append(f"counting stopped after {self._so_far:,} entries")
        if self._too_many:
            reasons.append(f"{self._too_many:,} folders and more lie beyond the first {self._limits.folders:,}")
        if self._too_deep:
            reasons.append(f"{self._too_deep:,} folders lie deeper than {self._limits.depth} levels")
        self.shortfall = "; ".join(reasons) or None
        links, specials = sum(listing.links for listing in listings), sum(listing.specials for listing in listings)
        parts = [f"{links:,} links"] * bool(links) + [f"{specials:,} pipes, sockets or devices"] * bool(specials)
        self.left_out = f"{' and '.join(parts)} in {clean('/'.join(self._start))} left out" if parts else None

    def newest_time(self, wall: float, kinds: Iterable[str] | None = None) -> float | None:
        """Time of the newest file of these kinds (all), in seconds; times in the future are ignored."""
        chosen = self.newest if kinds is None else kinds
        times = [seen.mtime_ns / 1e9 for kind in chosen for seen in self.newest.get(kind, ())]
        return max((when for when in times if 0 <= when <= wall), default=None)
