"""`python -m tierlint`."""

import sys

if __name__ == "__main__":
    # `-m` puts the current directory first on the path, and there a project's `click.py` would be run as ours.
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    from tierlint.cli import main

    main()
