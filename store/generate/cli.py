"""`segments generate`."""

from __future__ import annotations

import click
from tqdm import tqdm

from runtime import database, queues
from runtime.settings import Settings
from store.generate.generate import Sizes, generate
from store.migrations import upgrade


@click.command()
@click.option("--contacts", type=click.IntRange(min=1), default=20_000, show_default=True, help="In all organisations.")
@click.option("--organisations", type=click.IntRange(1, 100), default=3, show_default=True, help="The first has half.")
@click.option("--org-prefix", default="Generated", show_default=True, help="Names: PREFIX, PREFIX 2, PREFIX 3, ...")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same people."
)
def generate_command(contacts: int, organisations: int, org_prefix: str, seed: int) -> None:
    """Made-up contacts with companies, tags, channels and years of events, as many as wanted."""
    settings = Settings.load()
    engine = database.engine(settings)
    try:
        upgrade(engine)
        with tqdm(total=contacts, unit=" contacts", unit_scale=True) as bar:
            for written in generate(engine, org_prefix, Sizes(organisations, contacts), seed):
                bar.update(written)
    finally:
        engine.dispose()
    if settings.redis_url:  # without a queue here, the workers' own sweep finds the change
        queues.wake_index(settings)
