"""``python -m autograder``: the command, where it is not on the path."""

from autograder.cli import main

main()
