"""What the author of a tree may not have meant, though it can be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from app.answers import Answers
from app.questions import TREE, Definition
from segments import Moment
from segments.lint import Code, Probe, Warning_, lint, probes


def remarks(definition: Definition, moment: Moment) -> tuple[Warning_, ...]:
    """What the tree itself gives reason to say, with places in the request."""
    return _placed(lint(definition.written.condition, moment, definition.expanded))


def counted_remarks(answers: Answers) -> tuple[Warning_, ...]:
    """The same and what the contacts give reason to say, asked of them in one request."""
    definition, moment = answers.question.definition, answers.question.moment
    condition = definition.written.condition
    # That newcomers are taken in is said with their number, or not at all where there are none.
    said = [one for one in lint(condition, moment, definition.expanded) if one.code is not Code.NEWCOMERS]
    told = _told(answers, probes(condition, moment))
    return _placed(sorted([*said, *told], key=lambda warning: warning.place))


def _told(answers: Answers, asked: Sequence[Probe]) -> Iterator[Warning_]:
    members = [probe for probe in asked if probe.among_members]
    everybody = [probe for probe in asked if not probe.among_members]
    counts = answers.counts(*([one for probe in side for one in probe.conditions] for side in (members, everybody)))
    for side, numbers in zip((members, everybody), map(iter, counts), strict=True):
        for probe in side:
            warning = probe.told(list(islice(numbers, len(probe.conditions))))
            if warning is not None:
                yield warning


def _placed(warnings: Iterable[Warning_]) -> tuple[Warning_, ...]:
    return tuple(
        replace(one, pointer=_in_body(one.pointer), related=tuple(map(_in_body, one.related))) for one in warnings
    )


def _in_body(pointer: str) -> str:
    return TREE + pointer.removeprefix("#")
