"""What is refused of the versions of a list, and what to do instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tracker.datasets.appending import Appender
from tracker.datasets.listed import Recorded
from tracker.datasets.values import Moment
from tracker.datasets.versions import moment_at
from tracker.errors import InputError, Problem

if TYPE_CHECKING:
    from tracker.datasets.snapshots import Version


class Differing(Protocol):
    """The cells of a recorded version that are new here, gone, or said otherwise."""

    @property
    def new(self) -> Collection[str]:
        """Those that are not in the log."""
        ...

    @property
    def gone(self) -> Collection[str]:
        """Those that are in the log alone."""
        ...

    @property
    def other(self) -> Collection[str]:
        """Those of which it says something else."""
        ...


@dataclass(frozen=True, slots=True)
class Refusing:
    """Words the refusals of an import."""

    appender: Appender

    def between(self, version: Version, after: Recorded) -> InputError:
        """Refuse a new version right before a recorded one that only tells what it changed."""
        message = (
            f"version {version.name} was published before version {after.version}, "
            "which is in the log and tells only what changed: import both together"
        )
        return self._refused(version, message)

    def check_names(
        self, versions: Iterable[Version], moments: Sequence[Moment], recorded: Sequence[Recorded]
    ) -> None:
        """Raise InputError where a new version has the name of a recorded one."""
        there = {one.version: one for one in recorded if not one.taken_back}
        streams = {one.stream for one in recorded}
        for version in versions:
            one = there.get(version.name)
            moment = moments[version.published]
            if one is not None and self.appender.stream(moment).id.hex not in streams:
                message = (
                    f"version {version.name} is said to be published at two times: here "
                    f"{moment.edtf}, in the log {moment_at(one.known).edtf}. If it is another one, "
                    "name it otherwise; if its time was wrong there, take back its batch"
                )
                raise self._refused(version, message)

    def at_one_moment(self, version: Version, one: Recorded) -> InputError:
        """Refuse a version of the very moment of a recorded one of another name."""
        message = (
            f"version {version.name} was published at the same moment as version {one.version}, "
            "which is in the log, and of versions of one moment one stands: leave the rows of "
            f"version {version.name} out, or import both together, the file with version "
            f"{one.version} last. For version {version.name} to stand, {_ANEW}"
        )
        return self._refused(version, message)

    def other(self, version: Version, one: Recorded, found: Differing) -> InputError:
        """Refuse a recorded version that lists something else here than in the log, or less.

        Then it is not that version, or not whole. More is refused where that would change what a
        recorded version after it means.
        """
        named = ((found.other, "said otherwise"), (found.gone, "not here"), (found.new, "new here"))
        parts = [f"{len(cells)} {what} ({min(cells)})" for cells, what in named if cells]
        taken = ", and was taken back" if one.taken_back else ""
        message = (
            f"version {version.name} is in the log with other entries{taken}: {', '.join(parts)}. "
            "A version is read whole, so give all its rows in one import, with the versions after "
            "it where it lists more; what it lists does not change: leave out the versions that "
            f"are recorded. Where its first reading was wrong, {_ANEW}"
        )
        return self._refused(version, message)

    def _refused(self, version: Version, message: str) -> InputError:
        name = str(self.appender.origin.documents[version.file][0])
        return InputError([Problem(name, version.row, 1, "version", message)])


_ANEW = "import it with `--restate`: it then takes the place of what is in the log"
