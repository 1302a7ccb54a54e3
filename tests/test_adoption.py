"""Our tables in a host's MetaData."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.types import TypeDecorator

from flask_training_credits.adoption import adopt
from flask_training_credits.migrations import table_names
from flask_training_credits.models import Base


def test_adoption_happens_once() -> None:
    """Many apps may share one MetaData."""
    metadata = MetaData()
    adopt(metadata)
    first = dict(metadata.tables)
    adopt(metadata)

    assert dict(metadata.tables) == first
    assert set(first) == table_names()


def test_a_cleared_metadata_is_filled_again() -> None:
    """Hosts' tests clear theirs."""
    metadata = MetaData()
    adopt(metadata)
    metadata.clear()
    adopt(metadata)

    assert set(metadata.tables) == table_names()


def test_the_copies_are_plain() -> None:
    """No type of ours, and the names that our migrations know, whatever the host's convention."""
    metadata = MetaData(naming_convention={"ix": "host_%(column_0_label)s", "ck": "host_%(constraint_name)s"})
    adopt(metadata)

    for name, original in Base.metadata.tables.items():
        copy = metadata.tables[name]
        assert not [column for column in copy.columns if isinstance(column.type, TypeDecorator)]
        assert {index.name for index in copy.indexes} == {index.name for index in original.indexes}
        assert {constraint.name for constraint in copy.constraints if constraint.name} >= {
            constraint.name for constraint in original.constraints if constraint.name
        }


def test_our_own_models_stay_as_they_are() -> None:
    """The copies share no column with our models."""
    adopt(MetaData())

    assert any(
        isinstance(column.type, TypeDecorator) for column in Base.metadata.tables["training_credits_lots"].columns
    )


def test_the_hosts_tables_are_not_touched() -> None:
    """Adoption only adds."""
    metadata = MetaData()
    users = Table("users", metadata, Column("id", Integer, primary_key=True))
    adopt(metadata)

    assert metadata.tables["users"] is users
