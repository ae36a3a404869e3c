"""The house itself: what is shipped is pinned, free and the same everywhere, and the front door does what it says."""

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)", re.MULTILINE)


NAMED_IN_NOTICE = frozenset({"python-stdnum"})


def pins(lock: str) -> dict[str, str]:
    """The packages a lock file names, with their versions."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return {match["name"]: match["version"] for match in PIN.finditer(text)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a working copy of git")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_there_are_three_locks():
    assert [lock.stem for lock in LOCKS] == ["build", "dev", "run"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_of_a_lock_has_one_version_and_hashes(lock: Path):
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) == len(pins(lock.stem))
    for package in packages:
        assert PIN.match(package), package
        assert "--hash=sha256:" in package, package


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_index_and_no_place_on_a_disk(lock: Path):
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted| @ |\s/", text)


def test_the_locks_agree_with_each_other():
    seen: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in pins(lock.stem).items():
            assert seen.setdefault(name, version) == version, name


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("run", PROJECT["project"]["dependencies"]),
        ("dev", PROJECT["dependency-groups"]["dev"]),
        ("build", PROJECT["build-system"]["requires"]),
    ],
)
def test_the_locks_hold_what_the_project_declares(lock: str, declared: list[str]):
    locked = pins(lock)
    for text in declared:
        requirement = Requirement(text)
        assert requirement.specifier.contains(locked[normal(requirement.name)]), text


def test_the_backend_is_locked_as_it_is_declared():
    assert sorted(PROJECT["build-system"]["requires"]) == sorted(PROJECT["dependency-groups"]["build"])


def test_the_tests_cover_the_optional_packages_at_the_versions_offered():
    offered = {text for texts in PROJECT["project"]["optional-dependencies"].values() for text in texts}
    assert offered <= set(PROJECT["dependency-groups"]["dev"])


def licence(name: str) -> str:
    about = metadata.metadata(name)
    classified = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    return " ".join([about.get("License-Expression") or "", *classified, (about.get("License") or "")[:200]]).strip()


@pytest.mark.parametrize("name", sorted(pins("run")))
def test_what_is_shipped_is_free_and_not_under_the_gpl(name: str):
    try:
        found = licence(name)
    except metadata.PackageNotFoundError:
        pytest.skip("belongs to another operating system")
    assert found, "no licence declared"
    if name in NAMED_IN_NOTICE:  # a package of its own that pip installs beside ours, as CONTRIBUTING.md allows
        found = re.sub(r"LGPL\S*|GNU Lesser General Public License\S*( v\S+)?( or later)?( \(LGPL\S*\))?", "", found)
    assert not re.search(r"GPL|General Public License", found), found


def test_every_lesser_licence_is_told_in_the_notice():
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert all(f"{name} (LGPL" in notice for name in NAMED_IN_NOTICE)


def test_the_licence_is_the_whole_apache_licence():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"


def test_the_changelog_is_about_this_version():
    newest = re.search(r"^## (\S+?),", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == PROJECT["project"]["version"]


def test_make_has_every_target_people_are_told_of():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"setup", "demo", "test", "test-all", "lint", "bench"} <= targets
    told = re.findall(r"`make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert set(told) <= targets


def test_continuous_integration_runs_make_test_and_nothing_more():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


@pytest.mark.parametrize("script", ["scripts/setup", "scripts/lock", ".ci/run"])
def test_a_script_is_sound_bash_and_may_be_run(script: str):
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_no_file_holds_a_place_of_somebodys_machine():
    place = re.compile(rb"(?<![\w.])/(?:root|work|opt/pypi)/[\w.]")
    binary = {".png", ".woff2", ".ico", ".gz", ".parquet", ".xlsx"}
    found = [path for path in tracked_files() if path.suffix not in binary and place.search(path.read_bytes())]
    assert found == []


def test_every_module_says_what_it_is():
    modules = [path for path in (ROOT / "src").rglob("*.py") if path.stat().st_size]
    silent = [path for path in modules if not path.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""'))]
    assert silent == []
