"""Arrows point one way: no module imports one of a layer above it, and only Dagster's own layers
import Dagster."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from bio_lakehouse.sources import registry

PACKAGE = Path(__file__).parents[1] / "bio_lakehouse"
LAYERS = (
    {
        "at_once",
        "english",
        "errors",
        "extras",
        "garbage",
        "loading",
        "numbers",
        "safe_yaml",
        "setting_words",
        "settings",
        "spark_address",
        "terminal",
        "whole_files",
        "",
    },
    {"sources"},
    {"lake", "backends"},
    {"silver", "gold"},
    {"engines"},
    {"claude", "deployment", "viz", "notifications"},
    {"insights"},
    {"narrative", "build"},
    {"reports", "ask"},
    {"assets", "status"},
    {"automation"},
    {
        "definitions",
        "cli",
        "__main__",
        "command_parts",
        "ask_commands",
        "ask_conversation",
        "ask_correction_commands",
        "ask_display",
        "ask_leave_commands",
        "deploy_commands",
        "mcp_command",
        "moving_commands",
        "moving_display",
        "workflows",
        "display",
        "doctor",
        "doctor_command",
        "answers",
        "experimenting",
        "exporting",
        "app",
    },
)
"""From the ground up; modules of one layer may import each other."""
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
ASKING = (
    {"", "plan", "answer", "question_log"},
    {"semantics"},
    {"planning"},
    {"claims"},
    {"answers"},
    {"translation"},
    {"ways"},
    {"asking"},
    {"server", "evaluation"},
)
"""The same within `ask/`."""
DAGSTER = {"assets", "automation", "definitions"}
HEAVY = {
    "pyspark": {"backends", "silver", "gold", "engines", "build", "assets", "automation"},
    "streamlit": {"app"},
    "anthropic": {"claude"},
    "mcp": {"ask"},
    "openai": {"ask"},
}
IMPORTS_WHAT_SOURCES_NAME = PACKAGE / "silver" / "transforms.py"
MAY_NAME = {"backends": {"engines"}}
"""The switchboard names what stands above it in functions alone: to load it loads none of that."""
BUILT_BY_BACKENDS = {
    "FolderStore",
    "S3Store",
    "SqliteLog",
    "DynamoLog",
    "LocalCatalog",
    "GlueTableCatalog",
    "TokenFolder",
    "TokenParameters",
    "DuckDbSql",
    "athena_sql",
}
SAME_ENGINE_ELSEWHERE = {
    ("engines/question_work.py", "DuckDbSql"),
    ("engines/sql.py", "DuckDbSql"),
    ("engines/athena.py", "GlueTableCatalog"),
    ("automation/athena_resource.py", "athena_sql"),
}
"""A question within limits is answered by the same engine in a process of its own; over no rows it
says what types an answer has, of which Athena tells but a part. Athena's engine asks its own
catalog also for views, and its resource makes it with the statements that it is given."""
WRITE_INTO_PASSING_FOLDERS = {"app/uploads.py", "automation/web_page.py", "sources/demo/files.py"}
"""Their folders are temporary, and are gone when the writing fails."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The layer's folder or module that `path` belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py").replace("__init__", "")


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it: also inside functions."""
    yield from names_in(ast.walk(tree_of(path)))


def imported_at_once(path: Path) -> Iterator[str]:
    """Full names of what a module imports when it is loaded."""
    yield from names_in(tree_of(path).body)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def names_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (f"{'.' * node.level}{module}.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_no_module_looks_up() -> None:
    assert [found for path in MODULES for found in looks_up(path)] == []


def looks_up(path: Path) -> Iterator[str]:
    """What a module imports from above itself, or in a way that hides it."""
    own = part_of(path)
    at_once = set(imported_at_once(path))
    for name in imported(path):
        if name.startswith((".", "importlib.import")) and path != IMPORTS_WHAT_SOURCES_NAME:
            yield f"{name_of(path)} hides what it imports: {name}"
        if name.startswith("bio_lakehouse."):
            other = name.split(".")[1]
            if other in MAY_NAME.get(own, ()) and name not in at_once:
                continue
            if HEIGHT[other if other in HEIGHT else ""] > HEIGHT[own]:
                yield f"{name_of(path)} imports {name}"


def test_no_part_of_asking_looks_up() -> None:
    height = {name: height for height, names in enumerate(ASKING) for name in names}
    for path in (path for path in MODULES if part_of(path) == "ask"):
        own = path.relative_to(PACKAGE).parts[1].removesuffix(".py").replace("__init__", "")
        names = [name.split(".") for name in imported(path)]
        for other in (name[2] for name in names if name[:2] == ["bio_lakehouse", "ask"]):
            assert height[other] <= height[own], f"ask/{own} imports {other}"


def test_engines_and_dagster_stay_where_they_belong() -> None:
    assert [found for path in MODULES for found in out_of_place(path)] == []


def out_of_place(path: Path) -> Iterator[str]:
    """The engines, and Dagster, that a module imports and its part must not."""
    own, roots = part_of(path), {name.partition(".")[0] for name in imported(path)}
    for root in roots:
        is_dagster = root.startswith("dagster") and own not in DAGSTER
        if is_dagster or own not in HEAVY.get(root, {own}):
            yield f"{name_of(path)} imports {root}"


def test_sources_name_modules_of_silver() -> None:
    assert all(source.silver.startswith("bio_lakehouse.silver.") for source in registry.SOURCES)


def chosen(path: Path) -> Iterator[str]:
    """What a module calls by name, as `Name(…)` or `Name.of(…)`, or asks objects to be of."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        called = function.value if isinstance(function, ast.Attribute) else function
        asked = node.args[1:] if getattr(called, "id", "") == "isinstance" else []
        for name in (found for each in (called, *asked) for found in ast.walk(each)):
            if isinstance(name, ast.Name):
                yield name.id


def test_only_the_switchboard_chooses_what_a_lake_is_made_of() -> None:
    found = {(name_of(path), name) for path in MODULES for name in chosen(path)}
    built = {(own, name) for own, name in found if name in BUILT_BY_BACKENDS}
    by_the_switchboard = {("backends.py", name) for name in BUILT_BY_BACKENDS}
    assert by_the_switchboard <= built
    assert built - by_the_switchboard - SAME_ENGINE_ELSEWHERE == set()


def asks_for_profile(path: Path) -> bool:
    """Whether a module holds the profile of some settings against a name."""
    compared = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Compare)]
    sides = [side for node in compared for side in (node.left, *node.comparators)]
    return any(isinstance(side, ast.Attribute) and side.attr == "profile" for side in sides)


def test_nothing_else_asks_where_it_runs() -> None:
    asking = {name_of(path) for path in MODULES if asks_for_profile(path)}
    assert asking == {"backends.py", "automation/resources.py"}


def test_the_switchboard_loads_nothing_that_it_only_names() -> None:
    heavy = {"pyspark", "pysail", "duckdb", "pyiceberg", "boto3", "sqlite3"}
    program = "import sys, bio_lakehouse.backends; print(*sys.modules)"
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert not heavy & set(done.stdout.split())


READ_BY_REPORTS = {
    "Adherence",
    "AssignedDay",
    "Finding",
    "Lacking",
    "Insight",
    "Scale",
    "Plain",
    "Status",
    "WeekTest",
    "as_numbers",
    "experiment_days",
    "experiment_sentences",
    "has_moved",
    "is_figure",
    "narrate",
    "plain",
    "scale_of",
    "sentence",
    "sentences",
    "table",
    "visualize",
    "week_comparison",
}
"""What a report takes of the insights beside constants: records, their sentences and pictures."""


def test_reports_import_no_analysis() -> None:
    reports = [path for path in MODULES if part_of(path) == "reports"]
    names = {name for path in reports for name in imported(path)}
    taken = {name for name in names if name.startswith("bio_lakehouse.insights.")}
    last = {name.rpartition(".")[2]: name for name in taken}
    assert {
        last[name] for name in last if not name.isupper() and name not in READ_BY_REPORTS
    } == set()


def test_every_part_has_a_layer() -> None:
    assert {part_of(path) for path in MODULES} <= HEIGHT.keys()


def test_files_that_stay_are_written_whole() -> None:
    """A disk that is full leaves nothing of a file, or all of what was there."""
    staying = [path for path in MODULES if name_of(path) not in WRITE_INTO_PASSING_FOLDERS]
    assert [found for path in staying for found in writings_in_place(path)] == []


def writings_in_place(path: Path) -> Iterator[str]:
    """Where a module writes a file so that half of it may be left."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        is_whole = getattr(node.func.value, "id", "") in ("whole_files", "formatter")
        if node.func.attr in ("write_text", "write_bytes") and not is_whole:
            yield f"{name_of(path)}:{node.lineno} writes in place"
