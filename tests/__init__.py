"""The tests of Flask-Training-Credits; `python3 tests` runs them on a machine that has nothing but Python."""
