"""Changes: two views of one book of acts, compared; scenarios; impact in money."""
