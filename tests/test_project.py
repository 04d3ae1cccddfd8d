"""What is found below a directory, what is left out, and what a named path stands for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tierlint.model import Problem
from tierlint.project import MissingPath, Project, discover, find_root, read_source, select, with_selection


def tree(root: Path, *paths: str, **contents: str) -> None:
    """Files below the root, empty; a path that ends in a slash is a directory."""
    for path in paths:
        if path.endswith("/"):
            (root / path).mkdir(parents=True, exist_ok=True)
        else:
            write(root / path, "")


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def found(
    root: Path, *, include: Sequence[str] = (), exclude: Sequence[str] = (), manifests: tuple[str, ...] = ()
) -> Project:
    return discover(root, include=include, exclude=exclude, manifest_globs=manifests)


def sources(root: Path, *, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[str]:
    return list(found(root, include=include, exclude=exclude).sources)


# --- What is a source ------------------------------------------------------------------------------


def test_python_files_and_notebooks_are_sources(tmp_path: Path) -> None:
    tree(tmp_path, "b.py", "a/b.ipynb", "a.py", "a.pyi", "a.pyc", "README.md", "run", "py", "x.py/y.py", ".ci/z.py")
    assert sources(tmp_path) == [".ci/z.py", "a.py", "a/b.ipynb", "b.py", "x.py/y.py"]


def test_scripts_tests_docs_and_examples_are_sources(tmp_path: Path) -> None:
    names = ["docs/conf.py", "evals/run.py", "examples/a.py", "notebooks/a.ipynb", "scripts/a.py", "tests/test_a.py"]
    tree(tmp_path, *names)
    assert sources(tmp_path) == names


def test_an_empty_directory_is_an_empty_project(tmp_path: Path) -> None:
    assert found(tmp_path) == Project(tmp_path.resolve(), (), (), ())


# --- What is left out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "directory",
    [
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".eggs",
        "x.egg-info",
        "lib/python3.11/site-packages",
        "__pypackages__",
        ".ipynb_checkpoints",
        "_vendor",
        "vendor",
        "vendored",
        "third_party",
    ],
)
def test_foreign_code_is_left_out(tmp_path: Path, directory: str) -> None:
    tree(tmp_path, f"{directory}/a.py", f"{directory}s_of_mine/a.py")
    assert sources(tmp_path) == [f"{directory}s_of_mine/a.py"]


@pytest.mark.parametrize("marker", ["pyvenv.cfg", "conda-meta/history"])
def test_environments_are_left_out_under_any_name(tmp_path: Path, marker: str) -> None:
    tree(tmp_path, f"mine/{marker}", "mine/bin/a.py", "env/a.py")
    assert sources(tmp_path) == ["env/a.py"]


def test_a_root_that_is_an_environment_is_looked_at(tmp_path: Path) -> None:
    tree(tmp_path, "pyvenv.cfg", "a.py", "lib/python3.11/site-packages/b.py")
    assert sources(tmp_path) == ["a.py"]


def test_build_output_is_told_from_packages_of_that_name(tmp_path: Path) -> None:
    tree(tmp_path, "setup.py", "build/lib/a.py", "dist/a.py", "src/build/a.py", "src/dist/b.py")
    tree(tmp_path, "tools/pyproject.toml", "tools/build/__init__.py", "tools/build/c.py", "tools/dist/d.py")
    tools = ["tools/build/__init__.py", "tools/build/c.py"]
    assert sources(tmp_path) == ["setup.py", "src/build/a.py", "src/dist/b.py", *tools]


def test_an_application_named_vendor_is_no_vendored_tree(tmp_path: Path) -> None:
    tree(tmp_path, "shop/vendor/__init__.py", "shop/vendor/models.py", "shop/libs/vendor/six.py")
    assert sources(tmp_path) == ["shop/vendor/__init__.py", "shop/vendor/models.py"]


def test_nested_gitignores(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "# generated\n*_pb2.py\n/out\nlogs/\n!keep_pb2.py\n")
    write(tmp_path / "a/.gitignore", "*.py\n!b.py\n/sub/*\n!/sub/c.py\n")
    tree(tmp_path, "x_pb2.py", "keep_pb2.py", "out/a.py", "src/out/a.py", "logs/a.py", "src/logs.py")
    tree(tmp_path, "a/a.py", "a/b.py", "a/b_pb2.py", "a/sub/c.py", "a/sub/b.py", "a/n.ipynb")
    assert sources(tmp_path) == ["a/b.py", "a/n.ipynb", "a/sub/c.py", "keep_pb2.py", "src/logs.py", "src/out/a.py"]


def test_what_lies_in_an_ignored_directory_cannot_be_brought_back(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "a/\nb/**\n!a/keep.py\n!b/keep.py\n!c/\nlib/\n!src/\n")
    tree(tmp_path, "a/keep.py", "b/keep.py", "b/drop.py", "src/lib/a.py", "src/a.py")
    assert sources(tmp_path) == ["b/keep.py", "src/a.py"]


def test_everything_but(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "*\n!*/\n!*.py\n")
    tree(tmp_path, "a/b/c.py", "a/b/c.ipynb")
    assert sources(tmp_path) == ["a/b/c.py"]


def test_the_exclude_file_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path / ".git/info/exclude", "private/\n")
    write(tmp_path / ".gitignore", "!private/mine/\n")
    tree(tmp_path, "private/a.py", "public/a.py")
    assert sources(tmp_path) == ["public/a.py"]
    assert sources(tmp_path / "public") == ["a.py"]


def test_the_exclude_file_in_a_worktree(tmp_path: Path) -> None:
    write(tmp_path / "main/.git/info/exclude", "private/\n")
    write(tmp_path / "main/.git/worktrees/other/commondir", "../..\n")
    write(tmp_path / "other/.git", f"gitdir: {tmp_path}/main/.git/worktrees/other\n")
    tree(tmp_path, "other/private/a.py", "other/a.py")
    assert sources(tmp_path / "other") == ["a.py"]


def test_gitignores_between_the_repository_and_the_root(tmp_path: Path) -> None:
    tree(
        tmp_path,
        ".git/",
        "pkg/api/a_gen.py",
        "pkg/api/a.py",
        "pkg/api/old/a.py",
        "sandbox/x/a.py",
        "sandbox/x/b_gen.py",
    )
    write(tmp_path / ".gitignore", "*_gen.py\nsandbox/\n")
    write(tmp_path / "pkg/.gitignore", "/api/old/\n")
    assert sources(tmp_path / "pkg/api") == ["a.py"]
    # Who names an ignored directory wants it looked at.
    assert sources(tmp_path / "sandbox/x") == ["a.py", "b_gen.py"]


def test_gitignores_above_count_only_in_a_repository(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "*_gen.py\n")
    tree(tmp_path, "pkg/a_gen.py")
    assert sources(tmp_path / "pkg") == ["a_gen.py"]


@pytest.mark.parametrize("text", ["!\n\\\n//\na[\n\n   \n#\n*.pyc\n", "\ufeffb.py\n", "b.py\r\n", "\udcff\nb.py\n"])
def test_odd_gitignores(tmp_path: Path, text: str) -> None:
    (tmp_path / ".gitignore").write_bytes(text.encode("utf-8", "surrogateescape"))
    tree(tmp_path, "a.py", "b.py")
    assert sources(tmp_path) == (["a.py"] if "b.py" in text else ["a.py", "b.py"])


# --- The user's own patterns -----------------------------------------------------------------------


def test_exclude(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "gen/a.py", "src/gen/a.py", "src/b_gen.py", "old/x/a.py")
    assert sources(tmp_path, exclude=["/gen", "*_gen.py", "old/**"]) == ["a.py", "src/gen/a.py"]


def test_a_negated_exclude_brings_back(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "local.py\n")
    tree(tmp_path, "vendor/a.py", "node_modules/a.py", "local.py")
    assert sources(tmp_path, exclude=["!vendor/", "!local.py"]) == ["local.py", "vendor/a.py"]


def test_include(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "src/a.py", "src/deep/b.py", "jobs/x.py", "jobs/y.ipynb", "jobs/y.txt")
    assert sources(tmp_path, include=["src/", "jobs/*.ipynb"]) == ["jobs/y.ipynb", "src/a.py", "src/deep/b.py"]
    assert sources(tmp_path, include=["src/"], exclude=["deep/"]) == ["src/a.py"]


# --- Deployment files ------------------------------------------------------------------------------


def test_manifests(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "docker-compose.local.yml\n")
    tree(tmp_path, "Procfile", "Procfile.dev", "a/Procfile", "MyProcfile", ".github/workflows/x.yml", "x.yml")
    tree(tmp_path, "a/.github/workflows/x.yml", "docker-compose.yaml", "docker-compose.local.yml", "setup.py")
    globs = ("Procfile*", ".github/workflows/*.yml", "docker-compose*.y*ml", "setup.py")
    result = found(tmp_path, manifests=globs)
    expected = (".github/workflows/x.yml", "Procfile", "Procfile.dev", "a/Procfile", "docker-compose.yaml", "setup.py")
    assert result.manifests == expected
    assert result.sources == ("setup.py",)


# --- What the file system has in store -------------------------------------------------------------


def test_links(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    tree(tmp_path, "root/a.py", "root/sub/b.py", "outside/c.py", "outside/d/e.py", "rooted/f.py")
    (root / "loop").symlink_to(root)
    (root / "sub/up").symlink_to("..")
    (root / "again.py").symlink_to("a.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "c.py").symlink_to(outside / "c.py")
    (root / "f.py").symlink_to(tmp_path / "rooted/f.py")
    (root / "d").symlink_to(outside / "d")
    assert found(root) == Project(root.resolve(), ("a.py", "c.py", "f.py", "sub/b.py"), (), ())
    (tmp_path / "link").symlink_to(root)
    assert sources(tmp_path / "link") == ["a.py", "c.py", "f.py", "sub/b.py"]


def test_a_link_to_itself_is_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, "a.py")
    (tmp_path / "b.py").symlink_to("b.py")
    result = found(tmp_path)
    assert result.sources == ("a.py",)
    assert [problem.path for problem in result.problems] == ["b.py"]


def test_special_files_are_no_sources(tmp_path: Path) -> None:
    tree(tmp_path, "a.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert sources(tmp_path) == ["a.py"]
    result = read_source(tmp_path, "pipe.py")
    assert result == Problem("pipe.py", 0, "cannot be read: not a regular file")


def test_names_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, "ä.py")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")).touch()
    except OSError:
        pytest.skip("this file system has no such names")
    result = found(tmp_path)
    assert result.sources == ("ä.py",)
    assert result.problems == (Problem("\\udcff.py", 0, "its name is not valid text, left out"),)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_directories_that_cannot_be_read_are_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    result = found(tmp_path)
    (tmp_path / "closed").chmod(0o700)
    assert result.sources == ("a.py",)
    assert result.problems == (Problem("closed", 0, "cannot be read: Permission denied"),)


def test_a_root_that_is_no_directory_is_a_problem(tmp_path: Path) -> None:
    assert found(tmp_path / "nowhere").problems == (Problem(".", 0, "cannot be read: No such file or directory"),)


def test_read_source(tmp_path: Path) -> None:
    write(tmp_path / "a/b.py", "x = 1\n")
    assert read_source(tmp_path, "a/b.py") == b"x = 1\n"
    assert read_source(tmp_path, "a/c.py") == Problem("a/c.py", 0, "cannot be read: No such file or directory")
    assert read_source(tmp_path, "a") == Problem("a", 0, "cannot be read: not a regular file")


def test_large_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "large.py", "#" * 5_000_001)
    write(tmp_path / "limit.py", "#" * 5_000_000)
    write(tmp_path / "pictures.ipynb", " " * 5_000_001)
    message = "larger than 5 MB: looks generated, left out"
    assert read_source(tmp_path, "large.py") == Problem("large.py", 0, message)
    assert isinstance(read_source(tmp_path, "limit.py"), bytes)
    assert isinstance(read_source(tmp_path, "pictures.ipynb"), bytes)


# --- The root --------------------------------------------------------------------------------------


@pytest.mark.parametrize("marker", ["pyproject.toml", "tierlint.toml", ".git/HEAD"])
def test_the_nearest_marked_directory_is_the_root(tmp_path: Path, marker: str) -> None:
    tree(tmp_path, ".git/HEAD", f"repo/{marker}", "repo/src/a.py", "repo/src/deep/b.py", "repo/docs/c.py")
    for named in (["repo"], ["repo/src"], ["repo/src/a.py"], ["repo/src/deep/b.py", "repo/docs/c.py"]):
        assert find_root([tmp_path / path for path in named]) == tmp_path.resolve() / "repo"
    assert find_root([tmp_path / "repo/src", tmp_path]) == tmp_path.resolve()


def test_without_a_mark_the_common_directory_is_the_root(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/c.py", "a/d/e.py")
    assert find_root([tmp_path / "a/b/c.py"]) == tmp_path.resolve() / "a/b"
    assert find_root([tmp_path / "a/b/c.py", tmp_path / "a/d"]) == tmp_path.resolve() / "a"


def test_without_a_mark_the_working_directory_above_is_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, "a/b/c.py")
    monkeypatch.chdir(tmp_path)
    assert find_root([Path("a/b/c.py")]) == tmp_path.resolve()


def test_without_paths_the_working_directory_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "pyproject.toml", "a/b.py")
    monkeypatch.chdir(tmp_path / "a")
    assert find_root([]) == tmp_path.resolve()
    assert find_root([Path("b.py")]) == tmp_path.resolve()


# --- What is named ---------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write(tmp_path / ".gitignore", "local.py\n")
    tree(tmp_path, "pyproject.toml", "a.py", "sub/b.py", "sub/deep/c.ipynb", "subway/d.py", "local.py", "notes.md")
    tree(tmp_path, "build/lib/e.py", "vendor/f.py", "empty/")
    return found(tmp_path)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["a.py"], {"a.py"}),
        (["sub"], {"sub/b.py", "sub/deep/c.ipynb"}),
        (["sub/", "a.py"], {"a.py", "sub/b.py", "sub/deep/c.ipynb"}),
        (["sub/../sub/b.py"], {"sub/b.py"}),
        (["local.py"], {"local.py"}),
        (["notes.md"], set()),
        (["empty"], set()),
        (["build"], {"build/lib/e.py"}),
        (["vendor/f.py"], {"vendor/f.py"}),
        (["."], None),
        (["..", "a.py"], None),
        ([], None),
    ],
)
def test_select(project: Project, named: list[str], expected: set[str] | None) -> None:
    assert select(project, [project.root / path for path in named]) == expected


def test_relative_names(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "sub")
    assert select(project, [Path("b.py"), Path("../a.py")]) == {"a.py", "sub/b.py"}
    assert select(project, [Path()]) == {"sub/b.py", "sub/deep/c.ipynb"}


def test_a_named_link_stands_for_its_file(project: Project) -> None:
    (project.root / "link.py").symlink_to("a.py")
    (project.root / "way").symlink_to("sub")
    assert select(project, [project.root / "link.py"]) == {"a.py"}
    assert select(project, [project.root / "way"]) == {"sub/b.py", "sub/deep/c.ipynb"}


@pytest.mark.parametrize("name", ["nowhere.py", "sub/nowhere", "a.py/b"])
def test_a_missing_path_is_an_error(project: Project, name: str) -> None:
    with pytest.raises(MissingPath) as error:
        select(project, [project.root / name])
    assert error.value.path == project.root / name
    assert str(error.value) == f"{project.root / name}: no such file or directory"


def test_what_is_named_is_part_of_the_program(project: Project) -> None:
    narrowed = with_selection(project, [project.root / "local.py", project.root / "sub"])
    assert narrowed.sources == ("a.py", "local.py", "sub/b.py", "sub/deep/c.ipynb", "subway/d.py")
    assert narrowed.selected == {"local.py", "sub/b.py", "sub/deep/c.ipynb"}
    assert with_selection(project, []) == project
