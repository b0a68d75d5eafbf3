"""Answers to what reviewers of the paper asked, each from numbers that a command reproduces."""
