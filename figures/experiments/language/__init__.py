"""
The language half of the experiments: a small GPT, the texts that it reads one after the other, and how it is trained.

`panels` says which experiments there are, `sizes` how large they are, `corpora` where texts come from, `parts` what is
read in which phase, `training` trains through one phase, and `beginning` through the one that all arms share.
"""
