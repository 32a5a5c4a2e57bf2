"""`python -m gaissa_web`: the `gaissa` command, wherever it is installed."""

from gaissa_web.app import command_line

if __name__ == "__main__":
    command_line()
