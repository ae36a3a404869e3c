"""What becomes of mutants: each is judged in a fork of its own, by the tests that run what it changes."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import probes
from imported import change_imports
from mutants import LOADED, ROOT, Mutant, mutated
from touched import Recorder, Touches, keep_unchanged

MANY_SECONDS = 900
CAUGHT, SURVIVED, TIMEOUT = OUTCOMES = ["caught", "survived", "too slow"]


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant; `by` is the test that noticed."""

    mutant: Mutant
    outcome: str
    by: str = ""


@dataclass
class Court:
    """The golden home, what each test runs, and which tests noticed the mutants so far."""

    folder: Path
    touches: Touches
    noticed: list[tuple[Mutant, str]] = field(default_factory=list)

    def ordered(self, mutant: Mutant) -> list[str]:
        """The tests concerned: those first that noticed others like it, then those of its room, the quickest first."""
        concerned = self.touches.concerned(mutant)
        nearest = [by for other, by in reversed(self.noticed) if other.function == mutant.function]
        near = [by for other, by in reversed(self.noticed) if other.module == mutant.module]
        room = "tests/load" if mutant.module in LOADED else "tests/measure"
        quickest = sorted(concerned, key=lambda name: (not name.startswith(room), self.touches.tests[name].seconds))
        first = [name for name in dict.fromkeys([*nearest[:5], *near[:20]]) if name in concerned]
        return list(dict.fromkeys([*first, *quickest]))

    def judge(self, mutant: Mutant) -> str | None:
        """The test that notices; only in a process that has not imported Mittari."""
        change_imports([mutant.module], lambda _: mutated(mutant))
        chosen = self.ordered(mutant)
        keep_unchanged(self.touches.kept, mutant)
        home = None if mutant.module in LOADED else self.folder / "home"
        return probes.first_failure(lambda _: chosen, self.folder / f"tmp-{os.getpid()}", home, chosen)


def forked(work: Any) -> int:
    """The id of a process that does the work and exits with its code."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = work()
        except BaseException:  # noqa: BLE001 - the exit code tells, and nothing may run on in the fork
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def judged_apart(court: Court, mutant: Mutant) -> int:
    def work() -> int:
        signal.setitimer(signal.ITIMER_PROF, MANY_SECONDS)  # of work: a busy machine makes no mutant too slow
        by = court.judge(mutant)
        if by:
            (court.folder / f"{os.getpid()}.by").write_text(by, encoding="utf-8")
        return OUTCOMES.index(CAUGHT if by else SURVIVED)

    return forked(work)


def verdict_of(court: Court, mutant: Mutant, child: int, status: int) -> Verdict:
    shutil.rmtree(court.folder / f"tmp-{child}", ignore_errors=True)
    if os.WIFSIGNALED(status):
        return Verdict(mutant, TIMEOUT)
    code = os.waitstatus_to_exitcode(status)
    if code >= len(OUTCOMES):
        raise SystemExit(f"{mutant.name} could not be judged (see above)")
    told = court.folder / f"{child}.by"
    return Verdict(mutant, OUTCOMES[code], told.read_text(encoding="utf-8") if told.exists() else "")


def verdicts(court: Court, chosen: Iterable[Mutant], jobs: int, until: float) -> Iterator[Verdict]:
    """Each mutant with its verdict, `jobs` of them at once; none is begun once the time is over."""
    running: dict[int, Mutant] = {}
    waiting = iter(chosen)
    while True:
        while len(running) < jobs and time.monotonic() < until and (mutant := next(waiting, None)) is not None:
            running[judged_apart(court, mutant)] = mutant
        if not running:
            return
        child, status = os.wait()
        verdict = verdict_of(court, running.pop(child), child, status)
        if verdict.by:
            court.noticed.append((verdict.mutant, verdict.by))
        yield verdict


def court(folder: Path, jobs: int, kept: Path | None) -> Court:
    """Loads the golden home, and lets all tests run over the code as it is, unless `kept` says what they ran."""
    _load_golden(folder)
    code = _digest()
    if kept is not None and kept.exists():
        found = msgspec.json.decode(kept.read_bytes(), type=Touches)
        if found.code == code:
            return Court(folder, found)
    touches = _recorded(folder, jobs)
    touches.code = code
    if kept is not None:
        kept.write_bytes(msgspec.json.encode(touches))
    return Court(folder, touches)


def _digest() -> str:
    """A digest of the code and its tests: what was recorded of others does not hold."""
    digest = hashlib.sha256()
    for room in ("src", "tests", "bench/mutation"):
        for path in sorted((ROOT / room).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _recorded(folder: Path, jobs: int) -> Touches:
    parts = [folder / f"part-{number}.json" for number in range(jobs)]
    children = [
        forked(lambda part=part, number=number: _record(folder, part, number, jobs))
        for number, part in enumerate(parts)
    ]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(codes):
        raise SystemExit("the code as it is does not pass the tests")
    whole = Touches()
    for part in parts:
        found = msgspec.json.decode(part.read_bytes(), type=Touches)
        whole.tests |= found.tests
        whole.kept |= found.kept
    return whole


def _record(folder: Path, part: Path, number: int, parts: int) -> int:
    recorder = Recorder()
    recorder.start()
    failed = probes.first_failure(
        lambda names: names[number::parts],
        folder / f"tmp-{os.getpid()}",
        folder / "home",
        around=recorder.test,
    )
    if failed:
        print(f"{failed} fails", file=sys.stderr)
        return 1
    part.write_bytes(msgspec.json.encode(recorder.touches))
    return 0


def _load_golden(folder: Path) -> None:
    """The golden fixtures, loaded in a process of its own: here Mittari must stay unimported."""
    code = (
        "import sys, mittari\n"
        "home = mittari.create_home(sys.argv[1])\n"
        "with mittari.open(home) as workspace: workspace.load(sys.argv[2])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    fixtures = ROOT / "tests" / "golden" / "fixtures"
    subprocess.run([sys.executable, "-c", code, str(folder / "home"), str(fixtures)], check=True, env=environment)
