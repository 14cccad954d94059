"""The pages: one module and one template each. A module has a `router`, and by that it is found."""
