"""Feed formats, one file each; see the package above."""
