"""How much the experiments reach of the API (methods, attributes and enum members, by layer and by release), and how
wrong a number of theirs may be before a case is red."""
