"""`gridwitness-verify`: the command line. Errors become exit codes here and nowhere else."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from . import pin_command
from .durable_file import write_atomically
from .errors import Unavailable, VerificationError, VerifierError
from .memory import Memory
from .report import Report
from .report.json_text import render_json
from .report.sanitise import clean
from .report.text import LANGUAGES, render_text
from .trust import load_trust

_COMMANDS = ("bundle", "log", "audit", "hotspots")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code of docs/format.md section 14."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot write Chinese gets escapes, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    args = _parser(given).parse_args(given)
    try:
        return _run(args)
    except VerifierError as error:
        print(f"gridwitness-verify: {clean(error.code)}: {clean(error.message)}", file=sys.stderr)
        return _exit_code(error)
    except KeyboardInterrupt:
        print("gridwitness-verify: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        # The last wall: whatever a hostile input provoked, the answer is "could not check", never a success.
        detail = f"{clean(type(error).__name__)}: {clean(error)}"
        print(f"gridwitness-verify: internal: {detail}", file=sys.stderr)
        return 3


def _exit_code(error: VerifierError) -> int:
    if isinstance(error, Unavailable):
        return 3
    return 1 if isinstance(error, VerificationError) else 2


def _run(args: argparse.Namespace) -> int:
    if args.command == "trust":
        print(pin_command.run(args))
        return 0
    args.progress = args.progress or sys.stderr.isatty()
    trust = load_trust(args.trust)
    args.memory = None if args.memory is None else Memory.open(args.memory, trust)
    report = _command(args.command).run(args, trust)
    report.require_confirmed = args.require_confirmed
    if args.memory is not None:
        report.checks.append(args.memory.check())
        args.memory.save()
    _show(report, args)
    return report.exit_code


def _show(report: Report, args: argparse.Namespace) -> None:
    if args.html is not None:
        page = import_module("gridwitness_verifier.report.page")
        write_atomically(args.html, page.render_page(report, args.language).encode("utf-8"))
    print(render_json(report) if args.json else render_text(report, args.language), end="")


def _command(name: str) -> Any:
    """The module of a command. Loading one takes longer than checking a bundle, so no other one is."""
    return import_module(f"gridwitness_verifier.{name}.command")


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for these arguments; it knows the command they call, or all where they call none."""
    called = [name for name in (*_COMMANDS, "trust") if name in arguments[:1]]
    parser = argparse.ArgumentParser(
        prog="gridwitness-verify",
        description="Check GridWitness evidence without trusting the platform. 独立核实网格见证的证据。",
        epilog="Exit code: 0 proved, 1 a check failed, 2 unusable input, 3 could not check.",
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name in called or (*_COMMANDS, "trust"):
        if name == "trust":
            pin_command.add_parser(subparsers)
        else:
            _add_common(_command(name).add_parser(subparsers))
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE", help="trust.json / 信任文件")
    parser.add_argument("--json", action="store_true", help="report as JSON on standard output")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a page that can be printed")
    parser.add_argument("--language", choices=LANGUAGES, default="both", help="language of the report")
    parser.add_argument(
        "--require-confirmed", action="store_true", help="exit 3 unless the trust file is pinned"
    )
    parser.add_argument(
        "--memory", type=Path, metavar="FILE", help="keep every head and block seen; contradictions fail"
    )
    parser.add_argument("--progress", action="store_true", help="progress bar even without a terminal")


if __name__ == "__main__":
    sys.exit(main())
