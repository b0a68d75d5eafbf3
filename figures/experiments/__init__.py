"""
The paper's experiments: PyTorch trains, FIRE is `fire_ref`'s, and every evaluation is one line of JSON.

`configuration` says what a run is, `panels` which runs a figure needs at which scale, `runner` makes those that are not
there yet, `ledger` keeps what came of them, `comparing` and `sentences` say what they show.
"""
