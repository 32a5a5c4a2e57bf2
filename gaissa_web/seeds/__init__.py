"""The shipped catalogue: data files with their sources (see the README beside them) and their loader."""

from gaissa_web.seeds.loader import SeedResult, seed

__all__ = ["SeedResult", "seed"]
