"""Calling code that is not trusted: in a child process, or in this one, every misdeed turned into a record."""
