"""How much of the API the experiments reach: methods, attributes and enum members, by layer and by release."""
