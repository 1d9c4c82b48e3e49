"""In tests, every annotation of `lib` is checked at run time: types, and the shapes that jaxtyping writes down."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int may stand for a float, as everywhere in Python
