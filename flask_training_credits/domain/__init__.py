"""Pure rules of training credits: no Flask, no SQLAlchemy, no clock, no I/O."""
