"""Images: where they come from, how they are divided, changed, measured and scaled."""

MIRROR_VARIABLE = "DENSEVSCONV_DATA_MIRROR"
"""Environment variable that names the mirror where no setting does."""
