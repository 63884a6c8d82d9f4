"""Named lists of customers and terminals, which rules refer to."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field, field_validator

from app.api.actor import Actor, Why
from app.api.analysts import Here
from app.api.bodies import BATCH, Id, Moment, Strict, Utc
from app.api.routes import documented
from app.definitions import Code
from app.domain.rules import Party
from app.ports.rules import Entry

router = documented("/v1/lists", "lists", also=(404, 409))

Name = Annotated[Code, Path(description="A list is there once it has an entry.")]


class NewEntry(Strict):
    """Someone to be on the list."""

    of: Party
    id: Id
    why: Why
    until: Moment | None = Field(default=None, description="Counts no more from then on.")


class NewEntries(Strict):
    """Entries, new or in the place of what is there."""

    entries: list[NewEntry] = Field(min_length=1, max_length=BATCH)

    @field_validator("entries")
    @classmethod
    def _once_each(cls, entries: list[NewEntry]) -> list[NewEntry]:
        keys = Counter((entry.of, entry.id) for entry in entries)
        if len(keys) < len(entries):
            raise ValueError("{} {} is there twice".format(*keys.most_common(1)[0][0]))
        return entries


class OnList(BaseModel):
    """Someone on the list."""

    of: Party
    id: int
    why: str
    added_by: str
    added_at: Utc | None
    until: Utc | None

    @classmethod
    def of_entry(cls, entry: Entry) -> "OnList":
        """The answer for an entry."""
        return cls(
            of=entry.of,
            id=entry.id,
            why=entry.why,
            added_by=entry.added_by,
            added_at=entry.added_at,
            until=entry.expires_at,
        )


class Entries(BaseModel):
    """A part of a list, by party and id."""

    entries: list[OnList]
    next: str | None = Field(description="Give this as `after` for the rest. None: that was all.")


class ListName(BaseModel):
    """A list."""

    list: str
    of: Party
    entries: int


class ListNames(BaseModel):
    """All lists."""

    lists: list[ListName]


class Added(BaseModel):
    """What was done."""

    entries: int


@router.get("")
async def read_lists(here: Here) -> ListNames:
    """Which lists there are, and how many they hold."""
    found = await here.lists.names()
    return ListNames(lists=[ListName(list=name, of=of, entries=n) for name, of, n in found])


@router.get("/{name}")
async def read_list(
    name: Name,
    here: Here,
    after: Annotated[str | None, Query(pattern=r"^(customer|terminal):[0-9]{1,18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=BATCH)] = 100,
) -> Entries:
    """Who is on a list, expired entries too."""
    of, _, one = (after or ":-1").partition(":")
    found = await here.lists.entries(name, (of, int(one)), limit)
    last = f"{found[-1].of}:{found[-1].id}" if len(found) == limit else None
    return Entries(entries=[OnList.of_entry(entry) for entry in found], next=last)


@router.post("/{name}")
async def add_to_list(name: Name, body: NewEntries, here: Here, actor: Actor) -> Added:
    """Put up to 1000 on a list, all or none; it counts a second or two later on every replica."""
    entries = [Entry(name, one.of, one.id, one.why, expires_at=one.until) for one in body.entries]
    await here.lists.add(entries, actor)
    return Added(entries=len(entries))


@router.delete("/{name}/{of}/{one}", status_code=204)
async def take_off_list(
    *,
    name: Name,
    of: Literal["customer", "terminal"],
    one: Annotated[int, Path(ge=0, le=2**63 - 1)],
    why: Annotated[Why, Query()],
    here: Here,
    actor: Actor,
) -> None:
    """Take one off a list."""
    await here.lists.remove(name, of, one, actor, why)
