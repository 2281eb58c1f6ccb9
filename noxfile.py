"""The checks of this project: `nox` runs them all, `nox -s tests` the tests alone."""

from __future__ import annotations

import shutil

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "contracts", "docs", "build", "tests"]

PYTHONS = [
    version
    for version in ("3.11", "3.12", "3.13", "3.14")
    if shutil.which(f"python{version}") is not None
]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on every Python that is found, the slow ones too."""
    session.install("-e", ".[test]")
    session.run("pytest", "-m", "", *session.posargs)


@nox.session
def stalls(session: nox.Session) -> None:
    """Run the tests that wait for something with stalls at random; `-- 2` tries other ones."""
    session.install("-e", ".[test]")
    # Many at once: what is stalled needs no core.
    seed = session.posargs[0] if session.posargs else "1"
    where = ["tests/hostile", "tests/contract", "tests/core/test_session.py"]
    session.run("pytest", "--numprocesses=8", f"--stalls={seed}", "-m", "", *where)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests and print the branch coverage of the package."""
    session.install("-e", ".[test]")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-m", "", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install("ruff>=0.11")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types with two checkers."""
    session.install("-e", ".[test]", "mypy>=1.15", "pyright[nodejs]>=1.1.400")
    session.run("mypy")
    session.run("pyright")


@nox.session
def contracts(session: nox.Session) -> None:
    """Check which modules import which."""
    session.install("-e", ".[all]", "import-linter>=2.17")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a broken link or reference fails."""
    session.install("-e", ".[docs]")
    session.run("mkdocs", "build", "--strict", "--quiet", "--config-file", ".mkdocs.yml")


@nox.session
def build(session: nox.Session) -> None:
    """Build the source distribution and the wheel."""
    session.install("build>=1.2")
    session.run("python", "-m", "build", "--outdir", session.create_tmp())


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure transports, audit and reports; the figures are for reading, not for passing.

    With a name, such as `-- transports`, only that one; its options may follow.
    """
    # Whom the table compares with. githubkit cannot be imported with hishel 2, and allows it.
    peers = ["cloudflare", "githubkit", "hishel<2", "openai"]
    session.install("-e", ".[all]", "playwright>=1.50", *peers)
    names, options = session.posargs[:1], session.posargs[1:]
    for name in names or ["transports", "frames", "audit", "module_changes", "report"]:
        session.run("python", f"tests/benchmarks/{name}.py", *options)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Feed a client damaged answers for a minute; `-- --seed 2` tries others."""
    session.install("-e", ".[test]")
    session.run("python", "-W", "error", "tests/fuzz/fuzz_responses.py", *session.posargs)


@nox.session
def screenshots(session: nox.Session) -> None:
    """Make the pictures of the documentation anew."""
    session.install("-e", ".[all]", "playwright>=1.50")
    session.run("python", "tests/audit/reports/screenshot.py")
