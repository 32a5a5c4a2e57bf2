"""Made-up models to fill a site with."""

import csv
import random
from pathlib import Path


def write_models(path: Path, count: int) -> None:
    """Write `count` made-up models, always the same ones."""
    chance = random.Random(1)
    kinds = ("bert", "resnet", "vit", "llama", "gpt", "t5")
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["model_name", "author", "co2_eq_emissions", "downloads", "performance_score", "model_size"]
        )
        for number in range(count):
            score = round(chance.random(), 4) if number % 3 else ""
            values = round(chance.lognormvariate(1, 2), 6), int(chance.lognormvariate(2, 1)), score
            name = f"{chance.choice(kinds)}-{number}"
            rows.writerow([name, f"lab {number % 997}", *values, chance.randrange(10**7, 10**10)])
