"""From what happened to what each system shows on a night, as records in wire shape (`docs/sandbox.md`)."""
