#!/bin/sh
# Prints a Python that LocalEmu runs on, 3.13 or later. Fails if there is none in PATH or among those of pyenv.
for python in python3 python3.13 python3.14 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do
  # The shims of pyenv print an error for a version that is not chosen.
  if "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 13))' 2>/dev/null; then
    command -v "$python"
    exit
  fi
done
exit 1
