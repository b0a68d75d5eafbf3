"""A second, stupid implementation in exact rational arithmetic, to check the first."""
